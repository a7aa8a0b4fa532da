import assert from 'node:assert/strict';
import { ensureNamespace, removeNamespace } from '../support/cluster/control-plane';
import { type Change, type Deployed, deployed } from '../support/cluster/impact';

const namespace = 'impact-memory-mcp';

/** Behind Cilium's Gateway, with a bearer proxy, clients, a remote, monitoring, and an Argo CD that observes. */
const config = {
  cluster: {
    storageClass: 'standard',
    networkPolicies: 'cilium',
    gateway: { name: 'public', section: 'https', implementation: 'cilium', proxies: { namespace: 'gateways' } },
    argocd: { mode: 'observe', namespace, repoUrl: 'https://git.example/fleet.git' },
    monitoring: {},
    externalSecrets: { store: 'vault' },
  },
  memoryMcp: {
    namespace: { name: namespace, shared: true },
    hostname: 'memories.example',
    authentication: { mode: 'bearer', secret: { source: 'externalSecret', remoteKey: 'memory-mcp/bearer' } },
    clients: [{ namespace: 'agents' }],
    git: { remoteUrl: 'https://git.example/memories' },
    token: { source: 'config' },
  },
};

const restart = 'restart Deployment memory-mcp-deployment';

// docs/impact.md says the same by kind of field.
const changes: readonly (readonly [what: string, change: Change, effects: readonly string[] | RegExp])[] = [
  ['a reason', { 'memoryMcp.imageUnpinnedReason': 'nothing is pulled here' }, []],
  ['the image', { 'memoryMcp.image': 'ghcr.io/butterflyskies/memory-mcp:0.17.2' }, [restart]],
  ['a setting of the server', { 'memoryMcp.server.logFilter': 'memory_mcp=debug,warn' }, [restart]],
  ['a limit', { 'memoryMcp.resources.memoryLimit': '2Gi' }, [restart]],
  ['a secret revision', { 'memoryMcp.token.secretRevision': 1 }, [restart]],
  ['an encrypted value', { 'secrets.memoryMcp.token': 'another token' }, ['change Secret memory-mcp-token']],
  ['the name of a Secret', { 'memoryMcp.token.secretName': 'other' }, [restart, 'replace Secret memory-mcp-token']],
  ['the host name', { 'memoryMcp.hostname': 'elsewhere.example' }, [restart, 'change HTTPRoute memory-mcp-route']],
  ['a client', { 'memoryMcp.clients.0.namespace': 'others' }, ['change NetworkPolicy memory-mcp-policyFromClient-1']],
  ['a larger volume', { 'memoryMcp.volume.size': '2Gi' }, ['change PersistentVolumeClaim memory-mcp-volume']],
  ['a smaller volume', { 'memoryMcp.volume.size': '512Mi' }, /can not be less than/],
  ['the schedule of the backup', { 'memoryMcp.backup.schedule': '@hourly' }, ['change CronJob memory-mcp-backupJob']],
  [
    'a label for Prometheus',
    { 'cluster.monitoring.labels': { release: 'main' } },
    [
      'change Probe memory-mcp-probeHealth',
      'change Probe memory-mcp-probeReadiness',
      'change PrometheusRule memory-mcp-alerts',
    ],
  ],
  ['the project of Argo CD', { 'cluster.argocd.project': 'memory' }, ['change Application memory-mcp-application']],
  ['a cluster in production', { 'cluster.production': true }, /pinned-images/],
];

describe('a changed key of memory-mcp', () => {
  let stack: Deployed;

  before(async () => {
    await ensureNamespace(namespace);
    stack = await deployed(namespace, config, { 'memoryMcp.token': 'one token' });
  });
  after(() => removeNamespace(namespace));

  for (const [what, change, effects] of changes) {
    it(`${what}: ${effects instanceof RegExp ? 'refused' : effects.join(', ') || 'nothing'}`, async () => {
      if (effects instanceof RegExp) await assert.rejects(stack.effects(change), effects);
      else assert.deepEqual(await stack.effects(change), [...effects].sort());
    });
  }
});
