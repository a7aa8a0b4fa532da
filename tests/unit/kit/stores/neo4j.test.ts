import assert from 'node:assert/strict';
import { neo4jBackup } from '../../../../components/kit/stores/neo4j/backup';
import { neo4jApiFlows, neo4jFlows } from '../../../../components/kit/stores/neo4j/flows';
import { neo4jMemory, neo4jMemoryConstraint } from '../../../../components/kit/stores/neo4j/memory';
import { type Neo4jArgs, neo4jObjects } from '../../../../components/kit/stores/neo4j/objects';
import { validateObject } from '../../../support/schemas';

const source = { source: 'config', secretName: 'graph', secretKey: 'password', secretRevision: 1 } as const;
const args: Neo4jArgs = {
  name: 'neo4j',
  cluster: { ipFamilies: ['IPv4'] },
  metadata: (name, labels) => ({ name, namespace: 'ns', labels }),
  selector: { app: 'notes', component: 'neo4j' },
  podLabels: { app: 'notes', component: 'neo4j' },
  image: 'docker.io/library/neo4j:5.26.30-community',
  imagePullSecrets: [],
  resources: { cpu: '500m', memory: '512Mi', memoryLimit: '2Gi' },
  serviceAccountName: 'notes',
  storage: { claimName: 'data-neo4j-0', size: '10Gi' },
  password: { source, key: 'password' },
  after: ['serviceAccount'],
};
const workload = (change: Partial<Neo4jArgs> = {}) => {
  const { neo4j } = neo4jObjects({ ...args, ...change });
  assert.ok(neo4j?.object.kind === 'StatefulSet');
  const template = neo4j.object.spec?.template;
  return { template, container: template?.spec?.containers[0], pod: template?.spec };
};
const environment = (variables: readonly { name: string; value?: string }[] = []) =>
  new Map(variables.map(({ name, value }) => [name, value]));

describe('Neo4j as a store of any system', () => {
  it('is a StatefulSet with two Services and its claim', async () => {
    const objects = neo4jObjects(args);
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(
      Object.entries(objects).map(([name, { object }]) => `${name} ${object.kind} ${object.metadata.name}`),
      [
        'neo4jStorage PersistentVolumeClaim data-neo4j-0',
        'neo4jHeadless Service neo4j-headless',
        'neo4jService Service neo4j',
        'neo4j StatefulSet neo4j',
      ],
    );
    const others = ['serviceAccount', 'password'];
    for (const key of objects.neo4j?.after ?? []) assert.ok(others.includes(key) || objects[key], key);
  });

  it('has its password from a file alone, and starts anew with another one', () => {
    const { container, pod, template } = workload();
    assert.ok(!JSON.stringify(container).includes('secretKeyRef'));
    assert.equal(pod?.volumes?.find(({ name }) => name === 'password')?.secret?.secretName, 'graph');
    assert.equal(template?.metadata?.annotations?.['memory-fleet.dev/password-revision'], '1');
  });

  it('is the user of the image, has its time to end, and listens to both families where there are two', () => {
    const { pod } = workload();
    assert.deepEqual([pod?.securityContext?.runAsUser, pod?.terminationGracePeriodSeconds], [7474, 120]);
    const bound = (ipFamilies: Neo4jArgs['cluster']['ipFamilies']) =>
      environment(workload({ cluster: { ipFamilies } }).container?.env).get('BIND');
    assert.deepEqual([bound(['IPv4']), bound(['IPv4', 'IPv6'])], ['0.0.0.0', '::']);
  });

  for (const [limit, heap, pageCache, besides] of [
    // Written by hand, in MiB.
    ['1Gi', 341, 170, 512],
    ['2Gi', 1024, 512, 512],
    ['8Gi', 4778, 2389, 1024],
  ] as const) {
    it(`divides ${limit} among heap, page cache and Java, and no more than there is`, () => {
      const memory = neo4jMemory(limit);
      const mebibytes = (bytes: bigint) => Number(bytes / 1_048_576n);
      assert.deepEqual(
        [mebibytes(memory.heap), mebibytes(memory.pageCache), mebibytes(memory.besides)],
        [heap, pageCache, besides],
      );
      assert.equal(memory.heap + memory.pageCache + memory.besides, BigInt(Number.parseInt(limit, 10)) * 2n ** 30n);
      assert.ok(memory.direct < memory.besides);
      assert.ok(neo4jMemoryConstraint([], limit).satisfied);
    });
  }

  it('is refused less memory than it starts with', () => {
    assert.ok(!neo4jMemoryConstraint([], '1023Mi').satisfied);
  });

  it('is reached by its clients alone, both ends of each way', () => {
    const about = { name: 'neo4j', pods: args.selector, clients: { uses: 'it' }, purpose: 'graphs' };
    assert.deepEqual(
      [...neo4jFlows(about), ...neo4jApiFlows(about)].map(({ direction, port }) => [direction, port]),
      [
        ['out', 7687],
        ['in', 7687],
        ['out', 7474],
        ['in', 7474],
      ],
    );
  });

  it('is tried out on an empty one that its own pod alone reaches', () => {
    const { scratch } = neo4jBackup({
      ...{ ...args, host: 'neo4j', password: source, storageSize: '10Gi' },
      toolsImage: 'docker.io/library/python:3',
    });
    const [container] = scratch.containers;
    const told = environment(container?.env);
    assert.deepEqual([told.get('BIND'), told.has('PASSWORD_FILE')], ['127.0.0.1', false]);
    assert.ok(!JSON.stringify(scratch).includes('secret'));
    assert.ok(!JSON.stringify(scratch).includes('persistentVolumeClaim'));
  });
});
