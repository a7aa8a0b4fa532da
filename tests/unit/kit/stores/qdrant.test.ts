import assert from 'node:assert/strict';
import { qdrantAlerts, qdrantMetrics } from '../../../../components/kit/stores/qdrant/alerts';
import { externalQdrant, qdrantClient, qdrantClientFlows } from '../../../../components/kit/stores/qdrant/external';
import { qdrantFlows } from '../../../../components/kit/stores/qdrant/flows';
import { type QdrantArgs, qdrantObjects, qdrantVolumes } from '../../../../components/kit/stores/qdrant/objects';
import { clusterSchema } from '../../../../config/cluster';
import { parse } from '../../../../config/parse';
import { validateObject } from '../../../support/schemas';

const metadata = (name: string, labels: Readonly<Record<string, string>> = {}) => ({ name, namespace: 'ns', labels });
const key = { source: 'config', secretName: 'vectors-key', secretKey: 'api-key', secretRevision: 0 } as const;
const args: QdrantArgs = {
  name: 'vectors',
  cluster: { ipFamilies: ['IPv4'] },
  metadata,
  selector: { app: 'notes', component: 'vectors' },
  podLabels: { app: 'notes', component: 'vectors', uses: 'snapshots' },
  scraped: { metrics: 'true' },
  image: 'docker.io/qdrant/qdrant:v1.15.4-unprivileged',
  imagePullSecrets: [],
  resources: { cpu: '1', memory: '1Gi', memoryLimit: '2Gi' },
  serviceAccountName: 'notes',
  storage: { claimName: 'vectors-storage', size: '10Gi', storageClass: 'fast' },
  snapshots: { claimName: 'vectors-snapshots', size: '5Gi' },
  after: ['serviceAccount'],
};
const workload = (change: Partial<QdrantArgs> = {}) => {
  const { vectors } = qdrantObjects({ ...args, ...change });
  assert.ok(vectors?.object.kind === 'StatefulSet');
  return { described: vectors, spec: vectors.object.spec };
};
const variables = (change: Partial<QdrantArgs> = {}) =>
  new Map((workload(change).spec?.template.spec?.containers[0]?.env ?? []).map(({ name, ...value }) => [name, value]));

describe('Qdrant as a store of any system', () => {
  it('is a StatefulSet with two Services and two claims, all named as the system wants', async () => {
    const objects = { ...qdrantVolumes('vectors', metadata, args), ...qdrantObjects(args) };
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(
      Object.entries(objects).map(([name, { object }]) => `${name} ${object.kind} ${object.metadata.name}`),
      [
        'vectorsStorage PersistentVolumeClaim vectors-storage',
        'vectorsSnapshots PersistentVolumeClaim vectors-snapshots',
        'vectorsHeadless Service vectors-headless',
        'vectorsService Service vectors',
        'vectors StatefulSet vectors',
      ],
    );
    assert.deepEqual([objects.vectorsStorage?.holdsData, objects.vectorsSnapshots?.holdsData], [true, true]);
  });

  it('mounts its claims, has a root file system that it never writes to, and says nothing to its makers', () => {
    const { spec } = workload();
    const pod = spec?.template.spec;
    assert.deepEqual(
      pod?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName),
      ['vectors-storage', 'vectors-snapshots', undefined],
    );
    assert.equal(spec?.volumeClaimTemplates, undefined);
    assert.equal(pod?.containers[0]?.securityContext?.readOnlyRootFilesystem, true);
    const env = variables();
    assert.equal(env.get('QDRANT__TELEMETRY_DISABLED')?.value, 'true');
    // What is half made ends up on the volume with room for it.
    assert.match(env.get('QDRANT__STORAGE__TEMP_PATH')?.value ?? '', /^\/qdrant\/snapshots\//);
  });

  it('asks for a key where there is one, and then never starts without it', () => {
    assert.equal(variables().has('QDRANT__SERVICE__API_KEY'), false);
    const apiKey = { source: key, key: 'vectorsKey' };
    assert.deepEqual(variables({ apiKey }).get('QDRANT__SERVICE__API_KEY'), {
      valueFrom: { secretKeyRef: { name: 'vectors-key', key: 'api-key' } },
    });
    assert.ok(workload({ apiKey }).described.after?.includes('vectorsKey'));
    const existing = { source: { ...key, source: 'existing' as const }, key: 'vectorsKey' };
    assert.ok(!workload({ apiKey: existing }).described.after?.includes('vectorsKey'));
    const { credentials } = qdrantMetrics({ metrics: 'true' }, key);
    assert.deepEqual(credentials, { name: 'vectors-key', key: 'api-key' });
  });

  it('is reached by its clients alone, both ends of the way', () => {
    const flows = qdrantFlows({
      name: 'vectors',
      pods: args.selector,
      clients: { uses: 'vectors' },
      purpose: 'vectors',
    });
    assert.deepEqual(
      flows.map(({ direction, name, peer, pods, port }) => [name, direction, pods, peer, port]),
      [
        ['vectors-out', 'out', { uses: 'vectors' }, { kind: 'pods', labels: args.selector }, 6333],
        ['vectors-in', 'in', args.selector, { kind: 'pods', labels: { uses: 'vectors' } }, 6333],
      ],
    );
  });

  it('has alerts in the name of its system, each with its place in the runbook', () => {
    const { down, full } = qdrantAlerts({
      alert: 'Notes',
      runbook: 'notes',
      series: 'job="vectors"',
      claim: 'pvc="x"',
    });
    assert.deepEqual([down.alert, down.runbook], ['NotesQdrantDown', 'notes-qdrant-down']);
    assert.match(down.expr, /absent\(up\{job="vectors"\}\)/);
    assert.deepEqual([full.alert, full.runbook], ['NotesQdrantStorageFull', 'notes-qdrant-storage-full']);
    assert.match(full.expr, /pvc="x"/);
  });

  it('may be one elsewhere: its URL alone is reached, and a collection is asked for on several nodes', () => {
    const cluster = clusterSchema.parse({});
    const settings = parse(
      externalQdrant,
      { mode: 'external', url: 'https://q.example.org:6333', replicationFactor: 3 },
      'q',
    );
    const other = qdrantClient(settings, undefined, cluster);
    assert.deepEqual([other.url, other.replicationFactor], ['https://q.example.org:6333', 3]);
    const flow = { name: 'qdrant', pods: { app: 'q' }, clients: { uses: 'it' }, purpose: 'vectors' };
    const flows = (client: typeof other) => qdrantClientFlows(flow, client).map(({ peer, port }) => [peer, port]);
    assert.deepEqual(flows(other), [[{ kind: 'hosts', names: ['q.example.org'] }, 6333]]);
    const own = qdrantClient({ service: 'notes-qdrant' }, undefined, cluster);
    assert.deepEqual([own.url, own.replicationFactor], ['http://notes-qdrant:6333', 1]);
    assert.equal(flows(own).length, 2);
  });
});
