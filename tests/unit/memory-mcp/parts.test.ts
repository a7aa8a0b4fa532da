import assert from 'node:assert/strict';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import type { IConfigMap, IService } from 'kubernetes-models/v1';
import { parse as parseToml } from 'smol-toml';
import { describeMemoryMcp } from '../../../components/memory-mcp/objects';
import { parseStack } from '../../../components/stack';
import type { DescribedObjects } from '../../../components/system/described';
import { encrypted } from '../../../config/fields';
import { objectOf } from '../../support/objects';

function describedBy(memoryMcp: object = {}, cluster: object = {}, secrets: object = {}) {
  const config = parseStack({ memoryMcp, cluster, secrets: { memoryMcp: secrets } }, 'test');
  assert.ok(config.memoryMcp);
  const plan = describeMemoryMcp(config.memoryMcp, config.cluster);
  const objects: DescribedObjects = plan.objects;
  const pod = plan.objects.deployment.object.spec?.template;
  return { plan, objects, pod, containers: pod?.spec?.containers ?? [] };
}

const kinds = (objects: DescribedObjects) => Object.values(objects).map(({ object }) => object.kind);

describe('memory-mcp in a shared namespace', () => {
  const { objects } = describedBy({ namespace: { name: 'butterfly', shared: true } });

  it('neither creates nor changes the namespace', () => {
    assert.ok(!kinds(objects).includes('Namespace'));
  });

  it('closes the network of its own pods only', () => {
    const { spec } = objectOf<{ spec?: { podSelector?: unknown } }>(objects, 'policyDefaultDeny');
    assert.deepEqual(spec?.podSelector, { matchLabels: { 'app.kubernetes.io/name': 'memory-mcp' } });
  });
});

describe('the token of memory-mcp', () => {
  it('from an existing Secret makes no object', () => {
    assert.ok(!kinds(describedBy().objects).some((kind) => kind.includes('Secret')));
  });

  it('from the encrypted configuration is a Secret that refers to its key', () => {
    const { objects } = describedBy({ token: { source: 'config' } }, {}, { token: encrypted });
    assert.deepEqual(objectOf<{ stringData?: unknown }>(objects, 'token').stringData, {
      token: { secret: ['memoryMcp', 'token'] },
    });
    assert.equal(objects.token?.deliveredBy, 'pulumi');
  });

  it('from a store outlives the object that fetches it', () => {
    const token = { source: 'externalSecret', remoteKey: 'memory/github', remoteProperty: 'token' };
    const { objects } = describedBy({ token }, { externalSecrets: { store: 'vault' } });
    const { spec } = objectOf<{ spec?: { target?: unknown; data?: unknown } }>(objects, 'token');
    assert.deepEqual(spec?.target, {
      name: 'memory-mcp-github-token',
      creationPolicy: 'Orphan',
      deletionPolicy: 'Retain',
    });
    const remoteRef = { key: 'memory/github', property: 'token' };
    const defaults = { conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' };
    assert.deepEqual(spec?.data, [{ secretKey: 'token', remoteRef: { ...remoteRef, ...defaults } }]);
  });

  it('from the bootstrap is written by a job that waits to be started, under an account that may do no more', () => {
    const { objects } = describedBy({ token: { source: 'bootstrap' } });
    const { spec } = objectOf<ICronJob>(objects, 'bootstrapJob');
    assert.equal(spec?.suspend, true);
    assert.deepEqual(spec?.jobTemplate.spec?.template.spec?.containers[0]?.args, [
      ...['auth', 'login', '--store', 'k8s-secret'],
      ...['--k8s-namespace', 'memory-mcp', '--k8s-secret-name', 'memory-mcp-github-token'],
    ]);
    assert.deepEqual(objectOf<IRole>(objects, 'bootstrapRole').rules, [
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['memory-mcp-github-token'], verbs: ['get', 'update'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    ]);
    assert.equal(objects.token, undefined, 'the Secret is the login’s');
  });

  it('rolls the pod when its revision is raised, and not by its content', () => {
    const annotations = (secretRevision: number) =>
      describedBy({ token: { source: 'existing', secretRevision } }).pod?.metadata?.annotations;
    assert.deepEqual(annotations(0), {});
    assert.deepEqual(annotations(3), { 'memory-fleet.dev/token-revision': '3' });
  });
});

describe('a bearer token in front of memory-mcp', () => {
  const { objects, containers } = describedBy({ authentication: { mode: 'bearer' } });
  const [server, proxy] = containers;

  it('leaves the server to the proxy alone', () => {
    assert.equal(server?.env?.find(({ name }) => name === 'MEMORY_MCP_BIND')?.value, '127.0.0.1:8080');
    assert.equal(server?.ports, undefined);
  });

  it('stands between the Service and the server, with health on a port of its own', () => {
    const { spec } = objectOf<IService>(objects, 'service');
    assert.deepEqual(
      spec?.ports?.map(({ name, port, targetPort }) => [name, port, targetPort]),
      [
        ['http', 8080, 8081],
        ['health', 8082, 8082],
      ],
    );
    for (const probe of [server?.startupProbe, server?.readinessProbe, server?.livenessProbe]) {
      assert.deepEqual(probe?.httpGet, { path: '/healthz', port: 8082 });
    }
  });

  it('is in the environment of the proxy only, by reference, and may be missing at first', () => {
    assert.deepEqual(proxy?.env, [
      {
        name: 'PROXY_TOKEN',
        valueFrom: { secretKeyRef: { name: 'memory-mcp-bearer', key: 'token', optional: true } },
      },
    ]);
  });

  it('runs as a user of its own, as hardened as every container', () => {
    assert.deepEqual(proxy?.securityContext, {
      runAsUser: 99,
      runAsGroup: 99,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });
});

describe('the backup of memory-mcp', () => {
  const git = { remoteUrl: 'https://github.com/me/memories' };

  it('does not exist without a remote', () => {
    assert.ok(!kinds(describedBy().objects).includes('CronJob'));
  });

  it('never overlaps, ends by a deadline before its own time is up, and keeps some history', () => {
    const { objects } = describedBy({ git, backup: { deadlineSeconds: 120 } });
    const { spec } = objectOf<ICronJob>(objects, 'backupJob');
    assert.equal(spec?.concurrencyPolicy, 'Forbid');
    assert.equal(spec?.jobTemplate.spec?.activeDeadlineSeconds, 120);
    assert.ok((spec?.successfulJobsHistoryLimit ?? 0) > 0 && (spec?.failedJobsHistoryLimit ?? 0) > 0);
    const env = spec?.jobTemplate.spec?.template.spec?.containers[0]?.env ?? [];
    assert.deepEqual(env, [
      { name: 'MCP_URL', value: 'http://memory-mcp.memory-mcp.svc.cluster.local:8080/mcp' },
      { name: 'TIMEOUT_SECONDS', value: '110' },
    ]);
  });

  it('shows the bearer token where one is asked for', () => {
    const { objects } = describedBy({ git, authentication: { mode: 'bearer' } });
    const { spec } = objectOf<ICronJob>(objects, 'backupJob');
    const env = spec?.jobTemplate.spec?.template.spec?.containers[0]?.env ?? [];
    assert.deepEqual(env.at(-1)?.valueFrom?.secretKeyRef?.name, 'memory-mcp-bearer');
  });
});

describe('the remotes of single scopes', () => {
  const scopes = [
    { scope: 'work/a', url: 'https://github.com/me/a', branch: 'trunk' },
    { scope: 'work.a', url: 'https://git.example:8443/me/b' },
  ];
  const { objects, pod, containers, plan } = describedBy({ git: { scopes } });

  it('are a file on which the pod depends, each with a folder of its own on the volume', () => {
    const file = objectOf<IConfigMap>(objects, 'scopes').data?.['config.toml'] ?? '';
    assert.deepEqual(JSON.parse(JSON.stringify(parseToml(file))), {
      remotes: [
        { scope: 'work/a', url: 'https://github.com/me/a', path: '/data/scopes/work%2Fa', branch: 'trunk' },
        { scope: 'work.a', url: 'https://git.example:8443/me/b', path: '/data/scopes/work.a' },
      ],
    });
    const mount = containers[0]?.volumeMounts?.find(({ name }) => name === 'config');
    const env = containers[0]?.env?.find(({ name }) => name === 'MEMORY_MCP_CONFIG');
    assert.equal(env?.value, `${mount?.mountPath}/config.toml`);
    assert.ok(pod?.metadata?.annotations?.['memory-fleet.dev/config-hash']);
  });

  it('are allowed out, each on its own port', () => {
    const out = plan.flows.filter(({ peer }) => peer.kind === 'hosts');
    assert.deepEqual(
      out.map(({ name, peer, port }) => [name, peer.kind === 'hosts' && peer.names, port]),
      [
        ['to-remotes', ['github.com'], 443],
        ['to-remotes-8443', ['git.example'], 8443],
      ],
    );
  });
});

describe('traces of memory-mcp', () => {
  const env = (required: boolean) =>
    Object.fromEntries(
      (
        describedBy({ server: { otlp: { endpoint: 'http://collector.tracing.svc:4317', required } } }).containers[0]
          ?.env ?? []
      )
        .filter(({ name }) => name.includes('OTLP'))
        .map(({ name, value }) => [name, value]),
    );

  it('are required or optional, as the server spells it', () => {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.tracing.svc:4317' };
    assert.deepEqual(env(true), { MEMORY_MCP_OTLP_REQUIRED: 'true', ...endpoint });
    assert.deepEqual(env(false), { MEMORY_MCP_OTLP_OPTIONAL: 'true', ...endpoint });
  });

  it('may leave to a collector in the cluster or outside', () => {
    const peerOf = (endpoint: string) =>
      describedBy({ server: { otlp: { endpoint } } }).plan.flows.find(({ name }) => name === 'to-collector')?.peer;
    assert.deepEqual(peerOf('http://collector.tracing.svc.cluster.local:4317'), {
      kind: 'pods',
      namespace: 'tracing',
      labels: {},
    });
    assert.deepEqual(peerOf('https://traces.example.org:443'), { kind: 'hosts', names: ['traces.example.org'] });
  });
});
