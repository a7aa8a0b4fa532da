import assert from 'node:assert/strict';
import { removeNamespace } from '../support/cluster/control-plane';
import { type Change, type Deployed, deployed } from '../support/cluster/impact';

const namespace = 'impact-context-engine';

/** Behind an Ingress, with a repository that is fetched and one that is uploaded, monitoring, and backups on the volume. */
const config = {
  cluster: {
    storageClass: 'standard',
    sharedStorageClass: 'nfs-client',
    ingress: { certificateIssuer: { name: 'internal-ca' } },
    monitoring: {},
  },
  contextEngine: {
    namespace: { name: namespace },
    image: 'registry.example/context-engine:1',
    preset: 'standard',
    repositories: [
      { source: 'git', name: 'backend', url: 'https://git.example/team/backend.git' },
      { source: 'upload', name: 'sketches' },
    ],
    exposure: { kind: 'ingress', hostname: 'code.example' },
  },
};

const restarts = (...names: string[]) => names.map((name) => `restart Deployment context-engine-${name}`);
const indexers = restarts('mcp-indexer', 'mcp-indexer-http');
const memories = restarts('mcp-memory', 'mcp-memory-http');
const watchers = restarts('watcher-backend', 'watcher-sketches');
const index = 'replace Job context-engine-index-backend';
const upload = 'change CronJob context-engine-upload-sketches';

// docs/impact.md says the same by kind of field.
const changes: readonly (readonly [what: string, change: Change, effects: readonly string[] | RegExp])[] = [
  [
    'the image',
    { 'contextEngine.image': 'registry.example/context-engine:2' },
    [
      ...[...indexers, ...memories, ...watchers],
      ...[index, upload],
      ...['backup', 'backupDrill', 'backupRestore'].map((key) => `change CronJob context-engine-${key}`),
    ],
  ],
  ['a setting of the search', { 'contextEngine.engine.search.candidates': 100 }, indexers],
  [
    'a setting of the index',
    { 'contextEngine.engine.index.chunkLines': 60 },
    [...indexers, ...watchers, index, upload],
  ],
  [
    'the revision of a repository',
    { 'contextEngine.repositories.0.ref': 'release' },
    [...restarts('watcher-backend'), index],
  ],
  ['the retries of the indexing', { 'contextEngine.indexing.retries': 3 }, [index]],
  [
    'a preset without a decoder',
    { 'contextEngine.preset': 'minimal' },
    [
      ...indexers,
      'change ConfigMap context-engine-dashboard',
      'change PrometheusRule context-engine-alerts',
      'delete Deployment context-engine-llamacpp',
      'delete NetworkPolicy context-engine-policyDecoderIn',
      'delete NetworkPolicy context-engine-policyDecoderOut',
      'delete NetworkPolicy context-engine-policyLlamacppFromMonitoring',
      'delete Probe context-engine-probe-llamacpp',
      'delete Service context-engine-llamacpp-service',
    ],
  ],
  [
    'the image of Qdrant',
    { 'contextEngine.qdrant.image': 'docker.io/qdrant/qdrant:v1.15.5-unprivileged' },
    ['change CronJob context-engine-backupDrill', 'restart StatefulSet context-engine-qdrant'],
  ],
  [
    'a larger store',
    { 'contextEngine.qdrant.storage.size': '100Gi' },
    ['change CronJob context-engine-backupDrill', 'change PersistentVolumeClaim context-engine-qdrantStorage'],
  ],
  ['a smaller store', { 'contextEngine.qdrant.storage.size': '10Gi' }, /can not be less than/],
  ['the layout', { 'contextEngine.layout': 'single-node' }, /protect/],
  [
    'the host name',
    { 'contextEngine.exposure.hostname': 'elsewhere.example' },
    ['change Ingress context-engine-ingress-context-engine'],
  ],
];

describe('a changed key of Context Engine', () => {
  let stack: Deployed;

  before(async () => {
    stack = await deployed(namespace, config);
  });
  after(() => removeNamespace(namespace));

  for (const [what, change, effects] of changes) {
    it(`${what}: ${effects instanceof RegExp ? 'refused' : effects.join(', ') || 'nothing'}`, async () => {
      if (effects instanceof RegExp) await assert.rejects(stack.effects(change), effects);
      else assert.deepEqual(await stack.effects(change), [...effects].sort());
    });
  }
});
