import assert from 'node:assert/strict';
import type { Api } from '../../../../operate/cluster/api';
import { otherInstalls } from '../../../../operate/commands/adopt/other-installs';
import { mainServer, planned, systemWith } from '../../../support/objects';

const image = 'example.org/engine:1';
const described = (kind: string, name: string) => ({ object: planned({ apiVersion: 'v1', kind, metadata: { name } }) });
const objects = {
  notes: described('Deployment', 'notes'),
  code: described('Deployment', 'code'),
  watcher: described('Deployment', 'watcher'),
  metadata: described('PersistentVolumeClaim', 'metadata'),
  repos: described('PersistentVolumeClaim', 'repos'),
};
const main = mainServer(systemWith({}, 'notes'));
const servers = [
  { ...main, image },
  { ...main, name: 'code', image, workload: { kind: 'Deployment', name: 'code' } },
] as const;
const system = { ...systemWith(objects, 'engine'), operations: { servers, backups: [] } };

/** Another instance of the same system, in a namespace of its own. */
const instance = { ...system, id: 'engine-two', namespace: 'two' };

const deployment = (name: string, namespace: string, claims: readonly string[] = [], runs = image) => ({
  metadata: { name, namespace },
  spec: {
    template: {
      spec: {
        containers: [{ image: runs }],
        volumes: claims.map((claimName) => ({ persistentVolumeClaim: { claimName } })),
      },
    },
  },
});

async function found(...deployments: readonly object[]) {
  const api = {
    send: async (_: string, path: string) => ({
      status: 200,
      body: JSON.stringify({ items: path.endsWith('/deployments') ? deployments : [] }),
    }),
  } as unknown as Api;
  return otherInstalls(api, system, { systems: [system, instance] });
}

describe('other installs of a system whose servers share an image', () => {
  it('are none of the workloads that the plan itself has', async () => {
    const ours = ['notes', 'code', 'watcher'].map((name) => deployment(name, 'ns', ['metadata']));
    assert.deepEqual(await found(...ours), []);
  });

  it('are none of the workloads of another instance in the plan', async () => {
    assert.deepEqual(await found(deployment('notes', 'two'), deployment('code', 'two')), []);
    assert.equal((await found(deployment('mine', 'two'))).length, 1);
  });

  it('are workloads elsewhere, each beside the server whose name it has', async () => {
    const [code, other] = await found(deployment('code', 'old'), deployment('mine', 'old'));
    assert.equal(code?.found, 'runs example.org/engine too, and the plan has Deployment ns/code');
    assert.equal(other?.found, 'runs example.org/engine too, and the plan has Deployment ns/notes');
    assert.deepEqual(await found(deployment('other', 'old', [], 'example.org/other:1')), []);
  });

  it('are refused where they use a claim of the plan', async () => {
    const [refused] = await found(deployment('mine', 'ns', ['repos'], 'example.org/other:1'));
    assert.equal(refused?.status, 'failed');
    assert.match(refused?.found ?? '', /uses the claim repos/);
  });

  it('keep their data in claims that any of the claims of the plan may take the place of', async () => {
    const [elsewhere] = await found(deployment('notes', 'old', ['their-data']));
    assert.match(elsewhere?.remedy ?? '', /in claim their-data, the plan's is metadata or repos: keep the volume/);
  });
});
