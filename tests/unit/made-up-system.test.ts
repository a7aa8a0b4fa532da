import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { recordRegistrations } from '../support/engine-mocks';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';
import { printed } from '../support/unit/operate';
import { podsIn } from '../support/unit/pods';

// What follows for a system from its folder and its line in components/index.ts: a made-up one, in two instances.

const gateway = { name: 'public', proxies: { namespace: 'gateways' } };
const argocd = { mode: 'observe', repoUrl: 'https://git.example.org/fleet' };
const secrets = { source: 'config', entries: { modelKey: {} } };
const instances = {
  private: { secrets },
  work: { hostname: 'notes.example.org', image: 'registry.example.org/notebook:1.1.0' },
};
const values = {
  cluster: { gateway, argocd },
  memoryMcp: {},
  notebook: { instances },
  secrets: { notebook: { private: { modelKey: { secure: 'v1:sealed' } } } },
};
/** The same without one of the instances. */
const fewer = { ...values, notebook: { instances: { private: instances.private } } };

describe('a made-up system with two instances', () => {
  let checkout: MadeUpCheckout;
  let run: { readonly projectDir: string };
  const overlay = (...path: string[]) => join(checkout.root, 'deploy/k8s/overlays/notes', ...path);
  const described = (stack = 'notes') =>
    checkout.load<typeof import('../../operate/stack')>('operate/stack').describedStack(checkout.root, stack);

  before(() => {
    checkout = madeUpCheckout();
    run = { projectDir: checkout.root };
    checkout.stack('notes', values);
    checkout.stack('fewer', fewer);
    mkdirSync(join(checkout.root, 'deploy/k8s/overlays'), { recursive: true });
  });
  after(() => checkout.remove());

  it('costs one line outside of its folder', () => {
    const read = (root: string) => readFileSync(join(root, 'components/index.ts'), 'utf8').split('\n');
    const before = read(join(__dirname, '..', '..'));
    const systems = before.find((line) => line.startsWith('export const systems = ['));
    assert.deepEqual(
      read(checkout.root).filter((line) => !before.includes(line)),
      ["import { notebook } from './notebook';", systems?.replace('] as const', ', notebook] as const')],
    );
  });

  it('gives its pods what the platform asks for', () => {
    checkout.stack('asking', { ...fewer, cluster: { ...fewer.cluster, pods: { priorityClassName: 'important' } } });
    const pods = podsIn(described('asking').plan).filter(({ at }) => at.startsWith('notebook'));
    assert.equal(pods.length, 5);
    for (const { at, spec } of pods) assert.equal(spec.priorityClassName, 'important', at);
  });

  it('has a plan for each instance, which keeps to every rule', () => {
    assert.deepEqual(
      described().plan.systems.map(({ id, path, namespace }) => [id, path.join('.'), namespace]),
      [
        ['memory-mcp', 'memoryMcp', 'memory-mcp'],
        ['notebook-private', 'notebook.instances.private', 'notebook-private'],
        ['notebook-work', 'notebook.instances.work', 'notebook-work'],
      ],
    );
  });

  it('shares no object between instances, in a namespace or out of it', () => {
    const names = described().plan.systems.flatMap(({ objects }) =>
      Object.values(objects).map(
        ({ object: { kind, metadata } }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`,
      ),
    );
    assert.deepEqual([...new Set(names)], names);
    for (const name of ['private', 'work']) {
      for (const kind of ['StatefulSet', 'Deployment', 'CronJob', 'PersistentVolumeClaim']) {
        assert.ok(
          names.some((each) => each.startsWith(`${kind} notebook-${name}/`)),
          `${kind} of ${name}`,
        );
      }
      assert.ok(names.includes(`Application argocd/notebook-${name}`));
    }
    assert.ok(names.includes('HTTPRoute notebook-work/notebook'));
    assert.ok(!names.includes('HTTPRoute notebook-private/notebook'));
  });

  it('is warned of where nobody is let in, by the key of the instance', () => {
    const { noticesOf } = checkout.load<typeof import('../../policies/notices')>('policies/notices');
    const alone = noticesOf(described().plan).filter(({ path }) => path.startsWith('notebook'));
    assert.deepEqual(
      alone.map(({ path, remedy }) => [path, remedy]),
      [['notebook.instances.private', 'let in users from outside by notebook.instances.private.hostname']],
    );
  });

  it('is rendered into a folder for each instance, and one that goes leaves the others alone', async () => {
    const { render } = checkout.load<typeof import('../../operate/commands/render/render')>(
      'operate/commands/render/render',
    );
    await printed(() => render(run, {}));
    assert.deepEqual(parse(readFileSync(overlay('kustomization.yaml'), 'utf8')).resources, [
      'memory-mcp',
      'notebook-private',
      'notebook-work',
    ]);
    const application = described().plan.systems[2]?.objects.application?.object;
    assert.ok(application?.kind === 'Application');
    assert.equal(application.spec.source?.path, 'deploy/k8s/overlays/notes/notebook-work');
    const without = (...path: string[]) => overlay('..', 'fewer', ...path);
    assert.ok(!existsSync(without('notebook-work')));
    for (const folder of ['memory-mcp', 'notebook-private']) {
      assert.deepEqual(readdirSync(without(folder)), readdirSync(overlay(folder)));
      for (const file of readdirSync(overlay(folder))) {
        const text = (path: string) => readFileSync(path, 'utf8').replaceAll('fewer', 'notes');
        assert.equal(text(without(folder, file)), text(overlay(folder, file)), file);
      }
    }
  });

  it('is registered as a component for each instance, whose secrets reach nothing but their Secret', async () => {
    const secret = 'a key that nobody may see';
    const registrations = await recordRegistrations(
      checkout.load('index.ts'),
      {
        'memory-fleet:cluster': JSON.stringify(values.cluster),
        'memory-fleet:notebook': JSON.stringify(values.notebook),
        'memory-fleet:secrets': JSON.stringify({ notebook: { private: { modelKey: secret } } }),
      },
      'notes',
      ['memory-fleet:secrets'],
    );
    const components = registrations.filter(({ type }) => type.startsWith('memory-fleet:'));
    assert.deepEqual(
      components.map(({ name, type }) => `${type} ${name}`),
      ['memory-fleet:index:Notebook notebook-private', 'memory-fleet:index:Notebook notebook-work'],
    );
    const holders = registrations.filter(({ inputs }) => JSON.stringify(inputs).includes(secret));
    assert.deepEqual(
      holders.map(({ name, type }) => `${type} ${name}`),
      ['kubernetes:core/v1:Secret notebook-private-secrets'],
    );
  });

  it('has its keys in the schema, the reference and the messages', () => {
    const { configReference } = checkout.load<typeof import('../../operate/commands/generate/config-reference')>(
      'operate/commands/generate/config-reference',
    );
    const page = configReference();
    assert.match(page, /^### notebook\.instances\.NAME$/m);
    assert.match(page, /`notebook\.instances\.NAME\.hostname`/);
    assert.match(page, /`secrets\.notebook\.NAME\.modelKey` \| an encrypted value/);
    const { stackFileSchema } = checkout.load<typeof import('../../operate/commands/generate/json-schema')>(
      'operate/commands/generate/json-schema',
    );
    assert.ok(stackFileSchema().properties?.config?.properties?.['memory-fleet:notebook']);
    const { parseStack } = checkout.load<typeof import('../../components/stack')>('components/stack');
    assert.throws(
      () => parseStack({ notebook: { instances: { work: { hostnme: 'x' } } } }, 'notes'),
      /notebook\.instances\.work\.hostnme: no such key; the nearest known key is "hostname"/,
    );
    assert.throws(
      () => parseStack({ notebook: { instances: { work: { hostname: 'n.example.org', secrets } } } }, 'notes'),
      (error: Error) => {
        assert.match(
          error.message,
          /notebook\.instances\.work\.hostname: found "n\.example\.org", expected no host name/,
        );
        assert.match(error.message, /secrets\.notebook\.work\.modelKey: found nothing, expected an encrypted value/);
        return true;
      },
    );
  });

  it('is known to the commands by the id of an instance, and by its path', () => {
    const { systemOf } = checkout.load<typeof import('../../operate/stack')>('operate/stack');
    assert.equal(systemOf(described(), 'notebook-work').id, 'notebook-work');
    assert.equal(systemOf(described(), 'notebook.instances.private').id, 'notebook-private');
    assert.throws(() => systemOf(described()), /several systems/);
  });

  it('has its images pinned where each instance names them', () => {
    const { imagesOf } = checkout.load<typeof import('../../operate/commands/pin/image-keys')>(
      'operate/commands/pin/image-keys',
    );
    const keys = (image: string) =>
      imagesOf(described())
        .find((each) => each.image === image)
        ?.keys.map(({ path }) => path.join('.'));
    assert.deepEqual(keys('registry.example.org/notebook:1.0.0'), ['notebook.instances.private.image']);
    assert.deepEqual(keys('registry.example.org/notebook:1.1.0'), ['notebook.instances.work.image']);
  });

  it('is promoted key by key, from an instance to the one of the same name', async () => {
    const { keyDifferences } = checkout.load<typeof import('../../operate/commands/promote/differences')>(
      'operate/commands/promote/differences',
    );
    checkout.stack('next', {
      ...values,
      notebook: { instances: { ...instances, work: { hostname: 'next.example.org' } } },
    });
    assert.deepEqual(
      keyDifferences(described('notes'), described('next'))
        .filter((each) => each.key.startsWith('notebook'))
        .map(({ key: path, promoted }) => [path, promoted]),
      [
        ['notebook.instances.work.image', true],
        ['notebook.instances.work.hostname', false],
      ],
    );
  });
});
