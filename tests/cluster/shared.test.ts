import assert from 'node:assert/strict';
import { type KubernetesObject, PatchStrategy, type V1Deployment } from '@kubernetes/client-node';
import { nothingChanged } from '../../operate/engine';
import { renderedObjects } from '../../render/plan';
import type { ArgoCd } from '../support/cluster/argocd';
import { startAgent } from '../support/cluster/argocd-agent';
import { serverSideArgoCd } from '../support/cluster/argocd-server-side';
import { controlPlane, ensureNamespace, eventually, live, removeNamespace } from '../support/cluster/control-plane';
import {
  type Delivered,
  delivered,
  deployment,
  namespace,
  rollouts,
  type SharedStack,
  sharedStack,
  versions,
} from '../support/cluster/shared-stack';

/** A change that is merged and then applied by both, one after the other. */
interface Change {
  readonly what: string;
  readonly to: Delivered;
  readonly first: 'up' | 'Argo CD';
  /** What the first of the two leaves as it was, until the other one has written too. */
  readonly left?: Partial<Delivered>;
}

const initial: Delivered = { timeout: '600', logFilter: 'info', section: 'https', login: true };
const without = { logFilter: undefined, section: undefined, login: false };

/** Client-side, a field goes with Argo CD in any case, and with `up` only where no sync has ever written it. */
const clientSide: readonly Change[] = [
  { what: 'removed fields that `up` made, and removed objects', first: 'up', to: { ...initial, ...without } },
  { what: 'a changed value and added fields', first: 'Argo CD', to: { ...initial, timeout: '700', login: false } },
  {
    what: 'removed fields that Argo CD made',
    first: 'up',
    to: { ...without, timeout: '700' },
    left: { logFilter: 'info' },
  },
  { what: 'a changed value, added fields and added objects', first: 'up', to: { ...initial, timeout: '800' } },
  { what: 'removed fields and removed objects', first: 'Argo CD', to: { ...without, timeout: '800' } },
];

/** Server-side both own every field, so it goes with the second of them; and an object goes with `up`. */
const serverSide: readonly Change[] = [
  {
    what: 'removed fields and removed objects',
    first: 'up',
    to: { ...initial, ...without },
    left: { logFilter: 'info' },
  },
  { what: 'a changed value, added fields and added objects', first: 'Argo CD', to: { ...initial, timeout: '700' } },
  {
    what: 'removed fields and removed objects',
    first: 'Argo CD',
    to: { ...without, timeout: '700' },
    left: { logFilter: 'info', login: true },
  },
  { what: 'a changed value, added fields and added objects', first: 'up', to: { ...initial, timeout: '800' } },
];

const writers = [
  {
    how: "Argo CD's own engine, which applies client-side",
    start: startAgent,
    name: 'client-side',
    changes: clientSide,
  },
  {
    how: "a forced server-side apply under Argo CD's name",
    start: async () => serverSideArgoCd(),
    name: 'server-side',
    changes: serverSide,
  },
];

for (const { how, start, name, changes } of writers) {
  describe(`mode shared with ${how}`, () => {
    let shared: SharedStack;
    let argocd: ArgoCd;

    before(async function () {
      // On a machine without it, Argo CD's engine is built first.
      this.timeout(0);
      await ensureNamespace('argocd');
      shared = await sharedStack(name, initial);
      shared.checkout.render();
      [argocd] = await Promise.all([start(name), shared.stack.up()]);
      await argocd.merge(await shared.checkout.manifests());
    });
    after(async () => {
      await argocd?.stop();
      await removeNamespace(namespace);
      await removeNamespace('argocd');
    });

    const merge = async () => {
      shared.checkout.render();
      await argocd.merge(await shared.checkout.manifests());
    };
    const write = { up: async () => (await shared.stack.up()).changes, 'Argo CD': () => argocd.sync() };

    /** Argo CD's engine says of each object whether there was something to change; a server-side apply does not say. */
    const syncFindsNothing = async () => {
      const said = await argocd.sync();
      const objects = shared.checkout.plan().systems.flatMap(renderedObjects);
      assert.equal(said.length, objects.length);
      const verdict = name === 'client-side' ? 'unchanged' : 'serverside-applied';
      assert.deepEqual(
        said.filter((line) => !line.endsWith(verdict)),
        [],
      );
    };
    const commandFindsNothing = async (command: 'up' | 'preview' | 'refresh') => {
      const { changes } = await shared.stack[command]();
      assert.ok(nothingChanged(changes), `${command}: ${JSON.stringify(changes)}`);
    };

    it('is quiet once both have written the same', async () => {
      const rolled = await rollouts();
      await argocd.sync();
      const before = await versions(shared.checkout);
      await commandFindsNothing('up');
      await syncFindsNothing();
      assert.deepEqual(await versions(shared.checkout), before);
      assert.deepEqual(await delivered(), initial);
      assert.equal(await rollouts(), rolled);
    });

    it('refuses an `up` before the merge, and changes nothing', async () => {
      shared.describe({ ...initial, timeout: '900' });
      const preview = await shared.stack.preview();
      assert.equal(preview.changes.update, 1, 'a preview may look ahead');
      await assert.rejects(shared.stack.up(), /the plan differs from the committed overlay of stack goddess/);
      assert.deepEqual(await delivered(), initial);
    });

    for (const { what, to, first, left } of changes) {
      const second = first === 'up' ? 'Argo CD' : 'up';
      const remains = Object.keys(left ?? {}).join(' and ');
      it(`${what}: ${first} first${left ? `, which leaves ${remains}, then ${second}` : ''}`, async () => {
        const rolled = await rollouts();
        shared.describe(to);
        await merge();
        await write[first]();
        assert.deepEqual(await delivered(), { ...to, ...left });
        await write[second]();
        assert.deepEqual(await delivered(), to);
        assert.equal(await rollouts(), rolled + 1, 'the pod is rolled once');

        const before = await versions(shared.checkout);
        await write[first]();
        assert.deepEqual(await versions(shared.checkout), before);
      });
    }

    it('stays quiet after all these changes, whoever looks how often', async () => {
      const before = await versions(shared.checkout);
      await syncFindsNothing();
      await commandFindsNothing('preview');
      await syncFindsNothing();
      await commandFindsNothing('refresh');
      await syncFindsNothing();
      await commandFindsNothing('up');
      assert.deepEqual(await versions(shared.checkout), before);
    });

    for (const [first, second] of [
      ['Argo CD', 'up'],
      ['up', 'Argo CD'],
    ] as const) {
      it(`drift healed by ${first} is left alone by ${second}`, async () => {
        await controlPlane().objects.patch(
          { ...deployment, spec: { replicas: 0 } } as KubernetesObject,
          undefined,
          undefined,
          'kubectl-edit',
          undefined,
          PatchStrategy.MergePatch,
        );
        await write[first]();
        const healed = await live<V1Deployment>(deployment);
        assert.equal(healed?.spec?.replicas, 1);
        await rollouts();
        // Server-side the second one still writes down that it owns the field too, which changes no content.
        await write[second]();
        assert.equal((await live<V1Deployment>(deployment))?.metadata?.generation, healed?.metadata?.generation);
        const before = await versions(shared.checkout);
        await write[first]();
        assert.deepEqual(await versions(shared.checkout), before);
      });
    }

    if (name === 'client-side') {
      it('prunes neither namespace, volume, Secrets nor Application, even of an empty overlay', async () => {
        const token = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'memory-mcp-github-token', namespace } };
        // As the login of the token makes it: nobody describes it.
        await controlPlane().objects.create({ ...token, stringData: { token: 'gho_x' } } as KubernetesObject);
        const found = Object.keys(await versions(shared.checkout)).length;
        await argocd.merge('');
        await argocd.sync();
        const objects = shared.checkout.plan().systems.flatMap((system) => Object.values(system.objects));
        const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'memory-mcp', namespace } };
        // It goes last: its pods go first.
        await eventually('the Deployment is gone', async () => !(await live(deployment)));
        const kept: string[] = [];
        for (const { object } of objects) if (await live(object)) kept.push(`${object.kind} ${object.metadata.name}`);
        assert.deepEqual(kept, [
          'Namespace memory-mcp',
          'PersistentVolumeClaim memory-mcp-data',
          'Secret memory-mcp-bearer',
          'Application memory-mcp',
        ]);
        assert.ok(found > kept.length);
        assert.ok(await live(token));
      });

      it('brings everything back by `up`, onto the same volume, and is quiet again', async () => {
        const volume = {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'memory-mcp-data', namespace },
        };
        const { uid } = (await live(volume))?.metadata ?? {};
        await merge();
        const { changes: brought } = await shared.stack.up();
        assert.ok(brought.create && !brought.replace && !brought.delete, JSON.stringify(brought));
        await argocd.sync();
        await syncFindsNothing();
        assert.equal((await live(volume))?.metadata?.uid, uid);
      });
    }
  });
}
