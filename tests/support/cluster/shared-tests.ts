import assert from 'node:assert/strict';
import { type KubernetesObject, PatchStrategy, type V1Deployment } from '@kubernetes/client-node';
import { nothingChanged } from '../../../operate/engine';
import { renderedObjects } from '../../../render/plan';
import type { ArgoCd } from './argocd';
import { controlPlane, ensureNamespace, eventually, live, removeNamespace } from './control-plane';
import {
  type Delivered,
  delivered,
  deployment,
  namespace,
  rollouts,
  type SharedStack,
  sharedStack,
  versions,
} from './shared-stack';

/** A change that is merged and then applied by both, one after the other. */
export interface Change {
  readonly what: string;
  readonly to: Delivered;
  readonly first: 'up' | 'Argo CD';
  /** What the first of the two leaves as it was, until the other one has written too. */
  readonly left?: Partial<Delivered>;
}

export const initial: Delivered = { timeout: '600', logFilter: 'info', section: 'https', login: true };
export const without = { logFilter: undefined, section: undefined, login: false };

/** A way in which Argo CD writes, and what is changed while it does. */
export interface Writer {
  readonly name: 'client-side' | 'server-side';
  start(name: string): Promise<ArgoCd>;
  readonly changes: readonly Change[];
}

/** The tests of mode `shared`, where `up` and Argo CD both write every object. */
export function sharedTests({ name, start, changes }: Writer): void {
  let shared: SharedStack;
  let argocd: ArgoCd;

  before(async function () {
    // On a machine without it, Argo CD's engine is built first.
    this.timeout(0);
    await ensureNamespace('argocd');
    shared = await sharedStack(name, initial);
    await shared.checkout.merge();
    [argocd] = await Promise.all([start(name), shared.stack.up()]);
    await argocd.merge(await shared.checkout.manifests());
  });
  after(async () => {
    await argocd?.stop();
    await removeNamespace(namespace);
    await removeNamespace('argocd');
  });

  const merge = async () => {
    await shared.checkout.merge();
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
    const refused = /the plan differs from what Argo CD follows and would restore/;
    await assert.rejects(shared.stack.preview(), refused);
    const preview = await shared.stack.preview({ lookAhead: true });
    assert.equal(preview.changes.update, 1, 'a preview may look ahead');
    await assert.rejects(shared.stack.up(), refused);
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
        'PersistentVolumeClaim memory-mcp-volume-backup',
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
      // The pass that pruned may tell its end only now: then this is not yet one over everything.
      const all = shared.checkout.plan().systems.flatMap(renderedObjects).length;
      await eventually('Argo CD looks at everything', async () => (await argocd.sync()).length === all);
      await syncFindsNothing();
      assert.equal((await live(volume))?.metadata?.uid, uid);
    });
  }
}
