import assert from 'node:assert/strict';
import { chromaBackup } from '../../../../components/kit/stores/chroma/backup';
import { chromaFlows } from '../../../../components/kit/stores/chroma/flows';
import { type ChromaArgs, chromaObjects } from '../../../../components/kit/stores/chroma/objects';
import { chromaImageConstraint, chromaSettings } from '../../../../components/kit/stores/chroma/settings';
import { parse } from '../../../../config/parse';
import { validateObject } from '../../../support/schemas';

const source = { source: 'config', secretName: 'vectors', secretKey: 'token', secretRevision: 0 } as const;
const args: ChromaArgs = {
  name: 'chromadb',
  cluster: { ipFamilies: ['IPv4'] },
  metadata: (name, labels) => ({ name, namespace: 'ns', labels }),
  selector: { app: 'notes', component: 'chromadb' },
  podLabels: { app: 'notes', component: 'chromadb' },
  image: 'docker.io/chromadb/chroma:0.6.3',
  imagePullSecrets: [],
  resources: { cpu: '500m', memory: '512Mi', memoryLimit: '2Gi' },
  serviceAccountName: 'notes',
  storage: { claimName: 'data-chromadb-0', size: '10Gi', storageClass: 'fast' },
  after: ['serviceAccount'],
};
const workload = (change: Partial<ChromaArgs> = {}) => {
  const { chromadb } = chromaObjects({ ...args, ...change });
  assert.ok(chromadb?.object.kind === 'StatefulSet');
  const template = chromadb.object.spec?.template;
  return { described: chromadb, template, pod: template?.spec };
};
const variables = (change: Partial<ChromaArgs> = {}) =>
  new Map((workload(change).pod?.containers[0]?.env ?? []).map(({ name, ...value }) => [name, value]));

describe('Chroma as a store of any system', () => {
  it('is a StatefulSet with two Services, its claim, and how it logs', async () => {
    const objects = chromaObjects(args);
    await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
    assert.deepEqual(
      Object.entries(objects).map(([name, { object }]) => `${name} ${object.kind} ${object.metadata.name}`),
      [
        'chromadbStorage PersistentVolumeClaim data-chromadb-0',
        'chromadbLogging ConfigMap chromadb-logging',
        'chromadbHeadless Service chromadb-headless',
        'chromadbService Service chromadb',
        'chromadb StatefulSet chromadb',
      ],
    );
    assert.equal(objects.chromadbStorage?.holdsData, true);
    for (const key of objects.chromadb?.after ?? []) assert.ok(key === 'serviceAccount' || objects[key], key);
  });

  it('asks for a token only where there is one, and then never starts without it', () => {
    assert.deepEqual(
      [...variables().keys()].filter((name) => /AUTH/.test(name)),
      [],
    );
    const token = { source, key: 'token' };
    assert.deepEqual(variables({ token }).get('CHROMA_SERVER_AUTHN_CREDENTIALS'), {
      valueFrom: { secretKeyRef: { name: 'vectors', key: 'token' } },
    });
    assert.match(variables({ token }).get('CHROMA_SERVER_AUTHN_PROVIDER')?.value ?? '', /Token/);
    assert.ok(workload({ token }).described.after?.includes('token'));
    const given = { source: { ...source, source: 'existing' as const }, key: 'token' };
    assert.ok(!workload({ token: given }).described.after?.includes('token'));
    assert.deepEqual(
      workload({ token: given }).pod?.initContainers?.map(({ name }) => name),
      ['gate'],
    );
    const changed = { source: { ...source, secretRevision: 2 }, key: 'token' };
    assert.equal(
      workload({ token: changed }).template?.metadata?.annotations?.['memory-fleet.dev/token-revision'],
      '2',
    );
  });

  it('keeps indexes in three fifths of its memory', () => {
    assert.equal(variables().get('CHROMA_MEMORY_LIMIT_BYTES')?.value, String(1288490188));
    assert.equal(variables().get('CHROMA_SEGMENT_CACHE_POLICY')?.value, 'LRU');
  });

  it('is reached by its clients alone, both ends of the way', () => {
    const flows = chromaFlows({ name: 'chromadb', pods: args.selector, clients: { uses: 'it' }, purpose: 'vectors' });
    assert.deepEqual(
      flows.map(({ direction, name, peer, pods, port }) => [name, direction, pods, peer, port]),
      [
        ['chromadb-out', 'out', { uses: 'it' }, { kind: 'pods', labels: args.selector }, 8000],
        ['chromadb-in', 'in', args.selector, { kind: 'pods', labels: { uses: 'it' } }, 8000],
      ],
    );
  });

  it('is of version 0.6, because what follows is another server', () => {
    const accepts = (image: string) => chromaImageConstraint(['image'], image).satisfied;
    const settings = parse(chromaSettings({ size: '10Gi' }), {}, 'chromadb');
    assert.ok(accepts(settings.image));
    assert.ok(accepts(`example.org/mirror/chroma:0.6.3@sha256:${'a'.repeat(64)}`));
    for (const tag of ['1.0.0', '0.5.23', '10.6.3', 'v0']) assert.ok(!accepts(`docker.io/chromadb/chroma:${tag}`), tag);
  });

  it('is tried out on a Chroma that has no token, and that no living one shares anything with', () => {
    const { living, scratch } = chromaBackup({
      ...{ store: 'chromadb', toolsImage: args.image, url: 'http://chromadb:8000', token: source, image: args.image },
      ...{ cluster: args.cluster, resources: args.resources, storageSize: '10Gi' },
    });
    assert.ok(living.env.some(({ name }) => name === 'CHROMA_TOKEN'));
    assert.deepEqual(scratch.env, [{ name: 'CHROMA_URL', value: 'http://127.0.0.1:8000' }]);
    assert.ok(!JSON.stringify(scratch).includes('secret'));
    assert.ok(!JSON.stringify(scratch).includes('persistentVolumeClaim'));
  });
});
