import assert from 'node:assert/strict';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { describeMemoryMcp } from '../../../components/memory-mcp/objects';
import { parseStack } from '../../../components/stack';
import type { DescribedObjects } from '../../../components/system/described';

const gateway = { name: 'gw', namespace: 'infra', section: 'https', proxies: { namespace: 'gateways' } };

function described(memoryMcp: Record<string, unknown> = {}, cluster: Record<string, unknown> = {}) {
  const config = parseStack({ memoryMcp, cluster }, 'test');
  assert.ok(config.memoryMcp);
  const plan = describeMemoryMcp(config.memoryMcp, config.cluster);
  const deployment = plan.objects.deployment.object;
  const pod = deployment.spec?.template.spec;
  const container = pod?.containers[0];
  assert.ok(pod && container);
  const env = Object.fromEntries((container.env ?? []).map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
  const hosts = (container.args ?? []).filter((_, i, args) => args[i - 1] === '--allowed-host');
  return { plan, deployment, pod, container, env, hosts };
}

describe('memory-mcp without settings', () => {
  const { plan, deployment, container, env } = described();

  it('is a namespace, an account, a volume, a closed network, a Deployment and a Service, and no route', () => {
    assert.deepEqual(
      Object.values(plan.objects).map(({ object }) => `${object.kind}/${object.metadata.name}`),
      [
        'Namespace/memory-mcp',
        'ServiceAccount/memory-mcp',
        'PersistentVolumeClaim/memory-mcp-data',
        'NetworkPolicy/memory-mcp-default-deny',
        'Deployment/memory-mcp',
        'Service/memory-mcp',
      ],
    );
  });

  it("leaves the class of its volume to the cluster's default", () => {
    assert.deepEqual(plan.objects.volume.object.spec, {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: '1Gi' } },
    });
  });

  it('is found inside the cluster', () => {
    assert.equal(plan.outputs.url, 'http://memory-mcp.memory-mcp.svc.cluster.local:8080/mcp');
  });

  it('is one writer that stops before its successor starts', () => {
    assert.equal(deployment.spec?.replicas, 1);
    assert.deepEqual(deployment.spec?.strategy, { type: 'Recreate' });
  });

  it('repeats the command, because args replace it', () => {
    assert.equal(container.args?.[0], 'serve');
  });

  it("sets no option that keeps the server's default, save for a batch's time, in which the server gives up too early", () => {
    assert.deepEqual(Object.keys(env), [
      'MEMORY_MCP_BIND',
      'MEMORY_MCP_REPO_PATH',
      'MEMORY_MCP_BRANCH',
      'MEMORY_MCP_EMBED_TIMEOUT_SECS',
      'MEMORY_MCP_GITHUB_TOKEN',
    ]);
  });

  it('starts before a token exists', () => {
    assert.deepEqual(env.MEMORY_MCP_GITHUB_TOKEN, {
      secretKeyRef: { name: 'memory-mcp-github-token', key: 'token', optional: true },
    });
  });

  it('is probed on /healthz by all three probes, never through the protocol or /readyz', () => {
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      assert.deepEqual(probe?.httpGet, { path: '/healthz', port: 8080 });
    }
  });

  it('selects by the label that upstream selects by, and where that may change by that of the system too', () => {
    assert.deepEqual(deployment.spec?.selector, { matchLabels: { app: 'memory-mcp' } });
    assert.deepEqual(plan.objects.service.object.spec?.selector, {
      app: 'memory-mcp',
      'app.kubernetes.io/name': 'memory-mcp',
    });
  });

  it('never carries the label that Argo CD tracks by', () => {
    for (const { object } of Object.values(plan.objects)) {
      assert.equal(object.metadata.labels?.['app.kubernetes.io/instance'], undefined);
    }
  });
});

describe('memory-mcp with settings', () => {
  it('gives every server option its environment variable', () => {
    const { env } = described({
      git: { remoteUrl: 'https://github.com/me/memories', branch: 'trunk', requireRemoteSync: true },
      token: { source: 'existing', secretName: 'mine', secretKey: 'pat' },
      server: {
        maxSessions: 1,
        sessionRateLimit: 2,
        sessionRateWindowSeconds: 3,
        idleTimeoutSeconds: 4,
        maxSessionLifetimeSeconds: 5,
        embedTimeoutSeconds: 6,
        embedQueueSize: 7,
        healthStaleSeconds: 8,
        recallLogBusyTimeoutSeconds: 9,
        logFilter: 'debug',
      },
    });
    assert.deepEqual(env, {
      MEMORY_MCP_BIND: '0.0.0.0:8080',
      MEMORY_MCP_REPO_PATH: '/data/repo',
      MEMORY_MCP_BRANCH: 'trunk',
      MEMORY_MCP_REMOTE_URL: 'https://github.com/me/memories',
      MEMORY_MCP_REQUIRE_REMOTE_SYNC: 'true',
      MEMORY_MCP_MAX_SESSIONS: '1',
      MEMORY_MCP_SESSION_RATE_LIMIT: '2',
      MEMORY_MCP_SESSION_RATE_WINDOW_SECS: '3',
      MEMORY_MCP_IDLE_TIMEOUT_SECS: '4',
      MEMORY_MCP_MAX_SESSION_LIFETIME_SECS: '5',
      MEMORY_MCP_EMBED_TIMEOUT_SECS: '6',
      MEMORY_MCP_EMBED_QUEUE_SIZE: '7',
      MEMORY_MCP_HEALTH_STALE_SECS: '8',
      MEMORY_MCP_RECALL_LOG_BUSY_TIMEOUT: '9',
      RUST_LOG: 'debug',
      MEMORY_MCP_GITHUB_TOKEN: { secretKeyRef: { name: 'mine', key: 'pat', optional: true } },
    });
  });

  it('routes its host name through the Gateway and accepts it, beside the in-cluster names', () => {
    const { plan, hosts } = described(
      { hostname: 'memories.example', namespace: { name: 'minds' }, server: { allowedHosts: ['other.example'] } },
      { gateway, domain: 'corp.local' },
    );
    const route = (plan.objects as DescribedObjects).route?.object as IHTTPRoute | undefined;
    assert.deepEqual(route?.spec, {
      parentRefs: [
        { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw', namespace: 'infra', sectionName: 'https' },
      ],
      hostnames: ['memories.example'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ group: '', kind: 'Service', name: 'memory-mcp', port: 8080, weight: 1 }],
        },
      ],
    });
    assert.equal(plan.outputs.url, 'https://memories.example/mcp');
    assert.deepEqual(hosts, [
      'memories.example',
      'memory-mcp',
      'memory-mcp.minds',
      'memory-mcp.minds.svc',
      'memory-mcp.minds.svc.corp.local',
      'other.example',
    ]);
  });

  it("takes the volume's own class before the cluster's", () => {
    const classOf = (memoryMcp: object) =>
      described({ ...memoryMcp }, { storageClass: 'fast' }).plan.objects.volume.object.spec?.storageClassName;
    assert.equal(classOf({}), 'fast');
    assert.equal(classOf({ volume: { storageClass: 'slow' } }), 'slow');
  });

  it('orders its deadlines: start, then rollout', () => {
    for (const startupBudgetSeconds of [60, 601, 7200]) {
      const { deployment, container } = described({ startupBudgetSeconds });
      const { failureThreshold = 0, periodSeconds = 0 } = container.startupProbe ?? {};
      const startup = failureThreshold * periodSeconds;
      assert.ok(startup >= startupBudgetSeconds, `${startup}`);
      assert.ok(startup < (deployment.spec?.progressDeadlineSeconds ?? 0));
    }
  });

  it('sizes the container as told', () => {
    const { container } = described({ resources: { cpu: '2', memory: '3Gi', cpuLimit: '4', memoryLimit: '5Gi' } });
    assert.deepEqual(container.resources, {
      requests: { cpu: '2', memory: '3Gi' },
      limits: { cpu: '4', memory: '5Gi' },
    });
  });
});
