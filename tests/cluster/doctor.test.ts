import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { connect } from '../../operate/cluster/api';
import { oneContext } from '../../operate/cluster/kubeconfig';
import { doctor } from '../../operate/commands/doctor/doctor';
import type { Finding } from '../../operate/report/report';
import { mergedCheckout } from '../support/cluster/checkout';
import { controlPlane, eventually, projectDir } from '../support/cluster/control-plane';
import { withDefinitions } from '../support/cluster/with-definitions';
import { World } from '../support/cluster/world';

interface Seen {
  readonly exitCode: number;
  /** The finding about a subject. */
  readonly of: (subject: string) => Finding;
  readonly with: (status: Finding['status']) => readonly string[];
}

/** What the command says of a stack, as programs read it. */
async function examined(stack: string, own: { kubeconfig?: string; projectDir?: string } = {}): Promise<Seen> {
  const { cluster, folder } = controlPlane();
  const kubeconfig = own.kubeconfig ?? cluster.kubeconfig;
  const run = { home: fleetHomeAt(folder), projectDir, signal: new AbortController().signal, ...own };
  const { log } = console;
  const said: string[] = [];
  console.log = (line: string) => said.push(line);
  let exitCode: number;
  try {
    exitCode = await doctor(run, { stack, kubeconfig, context: oneContext(kubeconfig).context, json: true });
  } finally {
    console.log = log;
  }
  const { findings } = JSON.parse(said.join('\n')) as { findings: readonly Finding[] };
  return {
    exitCode,
    of: (subject) => {
      const found = findings.find((each) => each.subject === subject);
      assert.ok(found, `nothing about ${subject}, only about ${findings.map((each) => each.subject).join(', ')}`);
      return found;
    },
    with: (status) => findings.filter((each) => each.status === status).map((each) => each.subject),
  };
}

describe('doctor on a real control plane', () => {
  const world = new World();
  let removeDefinitions: () => Promise<void>;
  let goddess: { readonly projectDir: string };
  // Every remote is an empty folder on this machine: nothing is asked of a network.
  const git = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'url./nowhere/.insteadOf', GIT_CONFIG_VALUE_0: 'https://' };
  const environment = { ...process.env };

  before(async () => {
    Object.assign(process.env, git);
    goddess = { projectDir: (await mergedCheckout('doctor', 'goddess')).root };
    removeDefinitions = await withDefinitions(
      'clustersecretstores.external-secrets.io',
      'prometheuses.monitoring.coreos.com',
    );
  });
  after(async () => {
    process.env = environment;
    await removeDefinitions?.();
  });
  afterEach(async () => {
    await world.remove();
  });

  it('finds nothing missing where a stack asks for nothing', async () => {
    const seen = await examined('local');
    assert.equal(seen.exitCode, 0);
    assert.deepEqual(seen.with('missing'), []);
    assert.match(seen.of('default StorageClass').found, /^standard binds with the first pod, .* lets it grow$/);
    assert.equal(seen.of('Kubernetes version').status, 'ok');
    assert.deepEqual(seen.with('warning'), [
      'cluster of context kwok-test',
      'enforcement of network policies',
      'DNS of the cluster',
      'password of the backups of context-engine (collections)',
      'image ghcr.io/butterflyskies/memory-mcp:0.17.1',
      'image docker.io/qdrant/qdrant:v1.15.4-unprivileged',
      'image registry.example.org/context-engine:2bc6631',
      'image docker.io/restic/restic:0.18.0',
    ]);
  });

  it('names what goddess lacks on a cluster that has only the definitions', async () => {
    const seen = await examined('goddess', goddess);
    assert.equal(seen.exitCode, 1);
    assert.deepEqual(seen.with('missing'), [
      'Namespace argocd',
      'Gateway gateway/gw-ext',
      'listener https of Gateway gw-ext',
      'enforcement of network policies',
      'Argo CD project default',
      'Prometheus that reads each Probe',
      'Prometheus that reads each PrometheusRule',
      'blackbox exporter blackbox-exporter.monitoring.svc',
    ]);
    assert.match(seen.of('password of the backups of memory-mcp (volume)').found, /its namespace comes with `up`/);
    assert.equal(seen.of('remote of memories').status, 'warning');
    assert.match(seen.of('remote of memories').found, /goddess-memories\.git cannot be read: /);
    assert.match(seen.of('bearer token of memory-mcp').found, /its namespace comes with `up`/);
    assert.equal(seen.of('token of memory-mcp').command, 'npx fleet token --stack goddess');
    assert.match(seen.of('image docker.io/library/haproxy:3.2.4-alpine').remedy ?? '', /fleet pin --stack goddess/);
  });

  it('finds nothing missing once goddess has it', async () => {
    await world.place('memory-mcp');
    await world.bringGoddess();
    await world.make('v1', 'Secret', 'memory-mcp-bearer', { stringData: { token: 'x' } }, 'memory-mcp');
    await world.make('v1', 'Secret', 'memory-mcp-backup', { stringData: { password: 'x' } }, 'memory-mcp');
    const seen = await examined('goddess', goddess);
    assert.deepEqual(seen.with('missing'), []);
    assert.equal(seen.exitCode, 0);
    assert.equal(seen.of('listener https of Gateway gw-ext').status, 'ok');
    assert.equal(seen.of('main that Argo CD follows').status, 'ok');
    assert.equal(seen.of('bearer token of memory-mcp').found, 'Secret memory-mcp-bearer has it');
    assert.equal(seen.of('enforcement of network policies').found, 'by Cilium');
    assert.equal(seen.of('kind CiliumNetworkPolicy').found, 'served as cilium.io/v2');
    assert.equal(seen.of('password of the backups of memory-mcp (volume)').found, 'Secret memory-mcp-backup has it');
  });

  it('knows a Gateway of the same name elsewhere', async () => {
    await world.place('gateways');
    await world.makeGateway('gw-ext', 'gateways', {});
    const { remedy } = (await examined('goddess', goddess)).of('Gateway gateway/gw-ext');
    assert.equal(remedy, 'set cluster.gateway.namespace to gateways');
  });

  it('says why a listener does not admit the route of staging', async () => {
    await world.place('envoy-gateway-system');
    await world.makeGateway('public', 'envoy-gateway-system', { hostname: 'other.example.org' });
    const { status, found } = (await examined('staging')).of('listener https of Gateway public');
    assert.equal(status, 'missing');
    assert.match(found, /its own namespace envoy-gateway-system only, not of memory-mcp/);
    assert.match(found, /other\.example\.org does not cover memories\.staging\.example\.org/);
  });

  it('finds nothing missing once staging has it', async () => {
    await world.place(...['envoy-gateway-system', 'monitoring', 'memory-mcp']);
    const selector = { matchLabels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
    await world.makeGateway('public', 'envoy-gateway-system', {
      allowedRoutes: { namespaces: { from: 'Selector', selector } },
    });
    await world.makeDaemonSet('calico-node');
    await world.makeDns();
    const provider = { vault: { server: 'https://vault.test', path: 'kv' } };
    await world.make('external-secrets.io/v1', 'ClusterSecretStore', 'vault', { spec: { provider } });
    const now = new Date().toISOString();
    const ready = { type: 'Ready', status: 'True', lastTransitionTime: now };
    await world.say('/apis/external-secrets.io/v1/clustersecretstores/vault', { conditions: [ready] });
    await world.makeMonitoring();
    await world.make('v1', 'Secret', 'memory-mcp-api-keys', { stringData: { ann: 'x' } }, 'memory-mcp');
    const seen = await examined('staging');
    assert.deepEqual(seen.with('missing'), []);
    assert.equal(seen.exitCode, 0);
    for (const subject of ['ClusterSecretStore vault', 'Prometheus that reads each Probe', 'API keys of memory-mcp']) {
      assert.equal(seen.of(subject).status, 'ok', seen.of(subject).found);
    }
  });

  it('knows a class that is not there, and one whose volumes cannot grow', async () => {
    await world.make('storage.k8s.io/v1', 'StorageClass', 'fixed', {
      provisioner: 'test.local',
      allowVolumeExpansion: false,
    });
    const own = stackFile({ cluster: '{storageClass: fixed}' });
    assert.equal((await examined('own', own)).of('StorageClass fixed').status, 'warning');
    const other = stackFile({ cluster: '{storageClass: quick}' });
    const { status, remedy } = (await examined('own', other)).of('StorageClass quick');
    assert.equal(status, 'missing');
    assert.match(remedy ?? '', /one of: .*ceph-block/);
  });

  it('refuses another cluster than the one that the stack names', async () => {
    const own = stackFile({ cluster: '{uid: 01234567-89ab-cdef-0123-456789abcdef}' });
    await assert.rejects(examined('own', own), /stack own belongs to 01234567-89ab/);
  });

  it('tells a user what rights are lacking, and what could not be looked at', async () => {
    await world.place('memory-mcp');
    const kubeconfig = await restrictedUser('memory-mcp', [
      { apiGroups: [''], resources: ['*'], verbs: ['*'] },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'create', 'patch'] },
    ]);
    const seen = await examined('local', { kubeconfig });
    assert.equal(seen.exitCode, 1);
    assert.equal(seen.of('your rights in memory-mcp').found, 'you may not get, create, patch Deployment');
    assert.equal(seen.of('your rights on the cluster').found, 'you may not get, create, patch Namespace');
    assert.match(seen.of('default StorageClass').found, /^could not be looked at: .*storageclasses.* \(403\)/);
    assert.equal(seen.of('default StorageClass').status, 'warning');
  });

  /** A checkout of which only the stack file is another. */
  function stackFile({ cluster }: { readonly cluster: string }): { readonly projectDir: string } {
    const dir = join(controlPlane().folder, `project-${stackFiles++}`);
    mkdirSync(dir);
    symlinkSync(join(projectDir, 'tools'), join(dir, 'tools'));
    const text = `config:\n  memory-fleet:cluster: ${cluster}\n  memory-fleet:memoryMcp: {}\n`;
    writeFileSync(join(dir, 'Pulumi.own.yaml'), text);
    return { projectDir: dir };
  }
  let stackFiles = 0;

  /** A kubeconfig of a service account that may do in its namespace what rules say, and nothing else anywhere. */
  async function restrictedUser(namespace: string, rules: readonly object[]): Promise<string> {
    const { cluster, folder } = controlPlane();
    const name = 'restricted';
    await world.make('v1', 'ServiceAccount', name, {}, namespace);
    await world.make('rbac.authorization.k8s.io/v1', 'Role', name, { rules }, namespace);
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
    const subjects = [{ kind: 'ServiceAccount', name, namespace }];
    await world.make('rbac.authorization.k8s.io/v1', 'RoleBinding', name, { roleRef, subjects }, namespace);
    const api = await connect(cluster.kubeconfig);
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const answer = await api.send('POST', path, { body });
    assert.equal(answer.status, 201, answer.body);
    const config = JSON.parse(oneContext(cluster.kubeconfig).content);
    config.users[0].user = { token: JSON.parse(answer.body).status.token };
    const file = join(folder, `kubeconfig-${name}`);
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const restricted = await connect(file);
    await eventually('the role is in force', async () => {
      const { status } = await restricted.send('GET', `/api/v1/namespaces/${namespace}/secrets`);
      return status === 200;
    });
    return file;
  }
});
