import assert from 'node:assert/strict';
import { falkordbBackup } from '../../../../components/kit/stores/falkordb/backup';
import { falkordbFlows } from '../../../../components/kit/stores/falkordb/flows';
import { type FalkordbArgs, falkordbObjects } from '../../../../components/kit/stores/falkordb/objects';
import { validateObject } from '../../../support/schemas';

const source = { source: 'config', secretName: 'graph', secretKey: 'password', secretRevision: 1 } as const;
const args: FalkordbArgs = {
  name: 'falkordb',
  metadata: (name, labels) => ({ name, namespace: 'ns', labels }),
  selector: { app: 'notes', component: 'falkordb' },
  podLabels: { app: 'notes', component: 'falkordb' },
  image: 'docker.io/falkordb/falkordb:v4.4.1',
  imagePullSecrets: [],
  resources: { cpu: '500m', memory: '512Mi', memoryLimit: '2Gi' },
  serviceAccountName: 'notes',
  storage: { claimName: 'data-falkordb-0', size: '5Gi' },
  password: { source, key: 'password' },
  after: ['serviceAccount'],
};
const workload = (change: Partial<FalkordbArgs> = {}) => {
  const { falkordb } = falkordbObjects({ ...args, ...change });
  assert.ok(falkordb?.object.kind === 'StatefulSet');
  const template = falkordb.object.spec?.template;
  return { template, container: template?.spec?.containers[0], pod: template?.spec };
};

describe('FalkorDB as a store of any system', () => {
  it('is a StatefulSet with two Services and its claim', async () => {
    const objects = falkordbObjects(args);
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(
      Object.entries(objects).map(([name, { object }]) => `${name} ${object.kind} ${object.metadata.name}`),
      [
        'falkordbStorage PersistentVolumeClaim data-falkordb-0',
        'falkordbHeadless Service falkordb-headless',
        'falkordbService Service falkordb',
        'falkordb StatefulSet falkordb',
      ],
    );
    const others = ['serviceAccount', 'password'];
    for (const key of objects.falkordb?.after ?? []) assert.ok(others.includes(key) || objects[key], key);
  });

  it('has its password from a file alone, and starts anew with another one', () => {
    const { container, pod, template } = workload();
    assert.ok(!JSON.stringify(container).includes('secretKeyRef'));
    assert.equal(pod?.volumes?.find(({ name }) => name === 'password')?.secret?.secretName, 'graph');
    assert.equal(template?.metadata?.annotations?.['memory-fleet.dev/password-revision'], '1');
  });

  it('keeps graphs in three quarters of its memory', () => {
    const env = new Map(workload().container?.env?.map(({ name, value }) => [name, value]));
    assert.equal(env.get('MAX_BYTES'), String(1.5 * 1024 ** 3));
  });

  it('is reached by its clients alone, both ends of the way', () => {
    const flows = falkordbFlows({ name: 'falkordb', pods: args.selector, clients: { uses: 'it' }, purpose: 'graphs' });
    assert.deepEqual(
      flows.map(({ direction, name, port }) => [name, direction, port]),
      [
        ['falkordb-out', 'out', 6379],
        ['falkordb-in', 'in', 6379],
      ],
    );
  });

  it('is tried out on an empty one that its own pod alone reaches', () => {
    const { scratch } = falkordbBackup({ ...args, host: 'falkordb', password: source, storageSize: '5Gi' });
    const [container] = scratch.containers;
    const env = new Map(container?.env?.map(({ name, value }) => [name, value]));
    assert.deepEqual([env.get('BIND'), env.has('PASSWORD_FILE')], ['127.0.0.1', false]);
    assert.ok(!JSON.stringify(scratch).includes('secret'));
    assert.ok(!JSON.stringify(scratch).includes('persistentVolumeClaim'));
  });
});
