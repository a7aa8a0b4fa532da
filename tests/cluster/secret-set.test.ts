import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import type { V1Pod, V1Secret } from '@kubernetes/client-node';
import { execa } from 'execa';
import { generate } from 'selfsigned';
import { seal } from '../../operate/sealing/seal';
import { toolPath } from '../../operate/toolchain';
import { controlPlane, eventually, live, openMadeUpStack, removeNamespace } from '../support/cluster/control-plane';
import { type MadeUpCheckout, madeUpCheckout } from '../support/made-up';

const namespace = 'notebook-keys';

describe('a Secret with several entries, on a cluster', () => {
  let checkout: MadeUpCheckout;

  before(() => {
    checkout = madeUpCheckout();
  });
  after(async () => {
    await removeNamespace(namespace);
    checkout?.remove();
  });

  async function up(secrets: object, cluster: object = {}) {
    checkout.stack('notes', { cluster, notebook: { instances: { keys: { secrets } } } });
    return (await openMadeUpStack(checkout, 'notes', 'secret-set')).up();
  }

  /** Runs a command line that somebody was told, in their shell. */
  async function told(command: string, input = ''): Promise<{ readonly exitCode?: number; readonly stderr: string }> {
    const { cluster, folder, tools } = controlPlane();
    const PATH = `${dirname(toolPath(tools, 'kubectl'))}:${process.env.PATH}`;
    const env = { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: join(folder, 'kubectl'), PATH };
    return execa('bash', ['-o', 'pipefail', '-c', command], { env, input, reject: false });
  }

  const values = async () => {
    const metadata = { name: 'notebook', namespace };
    const secret = await live<V1Secret>({ apiVersion: 'v1', kind: 'Secret', metadata });
    return Object.fromEntries(
      Object.entries(secret?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };

  /** The pods that run, by what they are of. */
  async function pods(): Promise<Readonly<Record<string, string>>> {
    const { items } = await controlPlane().objects.list<V1Pod>('v1', 'Pod', namespace);
    const running = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    return Object.fromEntries(running.map(({ metadata }) => [metadata?.labels?.component ?? '', metadata?.uid ?? '']));
  }

  async function settled(changed: readonly string[], before: Readonly<Record<string, string>>) {
    await eventually(`new pods of ${changed.join(' and ')}`, async () => {
      const now = await pods();
      return changed.every((name) => now[name] !== undefined && now[name] !== before[name]);
    });
  }

  const both = (modelKey = {}, qdrantKey = {}) => ({ entries: { modelKey, qdrantKey } });
  let commands: readonly string[] = [];

  it('is brought entry by entry, by the commands that `up` prints', async () => {
    const { outputs } = await up({ source: 'existing', ...both() });
    const brought = Object.entries(outputs.broughtByOthers?.value as Record<string, string>);
    commands = ['MODEL_KEY', 'QDRANT_KEY'].map((key) => {
      const [, command = ''] = brought.find(([title]) => title.startsWith(`${key} of notebook-keys, `)) ?? [];
      // What restarts a reader is another thing than the Secret.
      return command.split(' && kubectl')[0] ?? '';
    });
    assert.deepEqual((await told(commands[0] ?? '', 'sk-one\n')).stderr, '');
    assert.deepEqual(await values(), { MODEL_KEY: 'sk-one' });
    assert.equal((await told(commands[1] ?? '')).exitCode, 0);
    const { MODEL_KEY, QDRANT_KEY } = await values();
    assert.equal(MODEL_KEY, 'sk-one');
    assert.match(QDRANT_KEY ?? '', /^[0-9a-f]{64}$/);
    assert.equal((await told(commands[0] ?? '', 'sk-two\n')).exitCode, 0);
    assert.deepEqual(await values(), { MODEL_KEY: 'sk-two', QDRANT_KEY });
  });

  it('keeps an entry that somebody else has put there', async () => {
    const patch = `kubectl -n ${namespace} patch secret notebook --type=merge -p '{"stringData":{"MODEL_KEY":"theirs"}}'`;
    assert.equal((await told(patch)).exitCode, 0);
    const { exitCode, stderr } = await told(commands[0] ?? '', 'sk-three\n');
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /conflict/i);
    assert.equal((await values()).MODEL_KEY, 'theirs');
  });

  it('restarts the readers of the entry whose counter is raised, and nothing else', async () => {
    await settled(['server', 'qdrant'], {});
    const before = await pods();
    const first = await up({ source: 'existing', ...both({ secretRevision: 1 }) });
    assert.equal(first.changes.update, 1, JSON.stringify(first.changes));
    await settled(['server'], before);
    const between = await pods();
    assert.equal(between.qdrant, before.qdrant);
    await up({ source: 'existing', ...both({ secretRevision: 1 }, { secretRevision: 1 }) });
    await settled(['server', 'qdrant'], between);
  });

  it('may be sealed instead: the API server takes the object, and the Secret stays', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'x' }], { keySize: 2048 });
    const certificate = cert.replaceAll('\r', '');
    const sealedValue = seal('sk-four', certificate, { namespace, name: 'notebook', scope: 'strict' });
    const secrets = { source: 'sealed', ...both({ sealedValue }, { sealedValue }) };
    const { changes } = await up(secrets, { sealedSecrets: { certificate } });
    assert.equal(changes.create, 1, JSON.stringify(changes));
    const object = await live<{ apiVersion: string; kind: string; spec: { encryptedData: object; template: object } }>({
      ...{ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: { name: 'notebook', namespace } },
    });
    assert.deepEqual(object?.spec.encryptedData, { MODEL_KEY: sealedValue, QDRANT_KEY: sealedValue });
    assert.match(JSON.stringify(object?.spec.template), /skip-set-owner-references/);
    assert.equal((await values()).MODEL_KEY, 'theirs');
  });

  it('may come from a secret store instead, with a key and a property for each entry', async () => {
    const secrets = {
      source: 'externalSecret',
      ...both({ remoteKey: 'notes/model', remoteProperty: 'key' }, { remoteKey: 'notes/qdrant' }),
    };
    const { changes } = await up(secrets, {
      externalSecrets: { store: 'team', kind: 'SecretStore', refreshSeconds: 600 },
    });
    assert.deepEqual([changes.create, changes.delete], [1, 1], JSON.stringify(changes));
    const object = await live<{ apiVersion: string; kind: string; spec: Record<string, unknown> }>({
      ...{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'notebook', namespace } },
    });
    const { data, refreshInterval, secretStoreRef } = object?.spec ?? {};
    assert.deepEqual([refreshInterval, secretStoreRef], ['600s', { kind: 'SecretStore', name: 'team' }]);
    assert.deepEqual(
      (data as { secretKey: string; remoteRef: { key: string; property?: string } }[]).map(
        ({ remoteRef: { key, property }, secretKey }) => [secretKey, key, property],
      ),
      [
        ['MODEL_KEY', 'notes/model', 'key'],
        ['QDRANT_KEY', 'notes/qdrant', undefined],
      ],
    );
    assert.equal((await values()).MODEL_KEY, 'theirs');
  });
});
