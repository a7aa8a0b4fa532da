import assert from 'node:assert/strict';
import type { IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IPersistentVolumeClaim, IResourceQuota, IService } from 'kubernetes-models/v1';
import { clusterSchema } from '../../../config/cluster';
import { checkPlan } from '../../../policies/check';
import { container, described, environmentOf, facts, find, names, pod } from '../../support/unit/context-engine';

const gateway = { kind: 'gateway', hostname: 'context.example' };

/** Labels that every pod of it has. */
const all = { app: 'context-engine', 'app.kubernetes.io/name': 'context-engine' };

describe('what runs', () => {
  const workloads = (settings: object) =>
    names(described(settings), 'StatefulSet', 'Deployment').map((name) => name.split('/')[1]);
  const both = ['mcp-indexer', 'mcp-memory'];
  const all = ['mcp-indexer-http', 'mcp-indexer', 'mcp-memory-http', 'mcp-memory'];

  it('is everything without a preset: both servers in both flavours, and llama.cpp', () => {
    assert.deepEqual(workloads({}), ['qdrant', 'llamacpp', ...all]);
  });

  it('with preset core is Qdrant and both servers over SSE', () => {
    assert.deepEqual(workloads({ preset: 'core' }), ['qdrant', ...both]);
  });

  it('with preset minimal is everything but llama.cpp', () => {
    assert.deepEqual(workloads({ preset: 'minimal' }), ['qdrant', ...all]);
  });

  it('with preset full is everything, and reachable', () => {
    const plan = described({ preset: 'full', exposure: gateway });
    assert.deepEqual(names(plan, 'StatefulSet', 'Deployment').length, 6);
    assert.deepEqual(names(plan, 'HTTPRoute'), ['HTTPRoute/context-engine']);
  });

  it('is what a key says, whatever the preset', () => {
    const settings = { preset: 'core', memory: { sse: false, http: true }, llamacpp: { enabled: true } };
    assert.deepEqual(workloads(settings), ['qdrant', 'llamacpp', 'mcp-indexer', 'mcp-memory-http']);
  });

  it('keeps to every rule in every preset', () => {
    for (const preset of ['core', 'minimal', 'standard', 'full']) {
      const plan = described({ preset, exposure: { ...gateway, sseHostnames: { memory: 'm.example' } } });
      const { violations, idleWaivers } = checkPlan({
        cluster: { ...clusterSchema.parse(facts), name: 'test' },
        systems: [plan],
      });
      assert.deepEqual({ violations, idleWaivers }, { violations: [], idleWaivers: [] }, preset);
    }
  });
});

describe('Qdrant', () => {
  const plan = described({ qdrant: { apiKey: { source: 'existing', everyClientSendsIt: true } } });
  const set = find<IStatefulSet>(plan, 'StatefulSet', 'qdrant');
  const qdrant = container(pod(plan, 'StatefulSet', 'qdrant'), 'qdrant');

  it('has claims of their own, the first with the name that the seed gives it', () => {
    assert.equal(set.spec?.volumeClaimTemplates, undefined);
    const claims = (qdrant.volumeMounts ?? []).map(({ mountPath, name }) => [
      mountPath,
      set.spec?.template.spec?.volumes?.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName,
    ]);
    assert.deepEqual(claims.slice(0, 2), [
      ['/qdrant/storage', 'qdrant-storage-qdrant-0'],
      ['/qdrant/snapshots', 'qdrant-snapshots'],
    ]);
    const storage = find<IPersistentVolumeClaim>(plan, 'PersistentVolumeClaim', 'qdrant-storage-qdrant-0');
    assert.deepEqual(storage.spec?.resources?.requests, { storage: '50Gi' });
    assert.deepEqual(storage.spec?.accessModes, ['ReadWriteOnce']);
  });

  it('does not start without the key that it is to ask for', () => {
    assert.deepEqual(environmentOf(qdrant).QDRANT__SERVICE__API_KEY, {
      secretKeyRef: { name: 'context-engine-qdrant', key: 'api-key' },
    });
  });

  it('gives the key to every process that talks to it', () => {
    const key = { secretKeyRef: { name: 'context-engine-qdrant', key: 'api-key' } };
    for (const name of ['mcp-memory', 'mcp-indexer', 'mcp-memory-http', 'mcp-indexer-http']) {
      assert.deepEqual(environmentOf(container(pod(plan, 'Deployment', name), name)).QDRANT_API_KEY, key);
    }
  });

  it('is reached by HTTP and gRPC through one Service', () => {
    const { spec } = find<IService>(plan, 'Service', 'qdrant');
    assert.deepEqual(
      spec?.ports?.map(({ name, port, targetPort }) => [name, port, targetPort]),
      [
        ['http', 6333, 6333],
        ['grpc', 6334, 6334],
      ],
    );
    assert.equal(find<IService>(plan, 'Service', set.spec?.serviceName ?? '').spec?.clusterIP, 'None');
  });
});

describe('the servers', () => {
  const plan = described();

  it('listen where the seed has them, and are asked for their health at the one path that they have', () => {
    for (const [name, port, health, transport] of [
      ['mcp-memory', 8000, 18_000, 'sse'],
      ['mcp-indexer', 8001, 18_001, 'sse'],
      ['mcp-memory-http', 8002, 18_002, 'streamable-http'],
      ['mcp-indexer-http', 8003, 18_003, 'streamable-http'],
    ] as const) {
      const server = container(pod(plan, 'Deployment', name), name);
      const env = environmentOf(server);
      const key = name.startsWith('mcp-memory') ? 'FASTMCP_PORT' : 'FASTMCP_INDEXER_PORT';
      assert.deepEqual([env[key], env.FASTMCP_HEALTH_PORT, env.FASTMCP_TRANSPORT], [`${port}`, `${health}`, transport]);
      for (const probe of [server.startupProbe, server.readinessProbe, server.livenessProbe]) {
        assert.deepEqual(probe?.httpGet, { path: '/readyz', port: health });
      }
      const { spec } = find<IService>(plan, 'Service', name);
      assert.deepEqual(
        spec?.ports?.map((each) => each.port),
        [port, health],
      );
      assert.equal(spec?.sessionAffinity, 'ClientIP');
    }
  });

  it('wait for Qdrant, for a limited time', () => {
    const wait = container(pod(described({ waitSeconds: 77 }), 'Deployment', 'mcp-memory'), 'wait-for-qdrant');
    assert.deepEqual(wait.command?.slice(2), ['http://qdrant:6333/readyz']);
    assert.equal(environmentOf(wait).WAIT_SECONDS, '77');
  });

  it('leave the number of the indexers to their autoscalers', () => {
    for (const name of ['mcp-indexer', 'mcp-indexer-http']) {
      const { spec } = find<IHorizontalPodAutoscaler>(plan, 'HorizontalPodAutoscaler', `${name}-hpa`);
      assert.deepEqual([spec?.minReplicas, spec?.maxReplicas, spec?.scaleTargetRef.name], [1, 5, name]);
      assert.equal(spec?.metrics?.[0]?.resource?.target.averageUtilization, 70);
      assert.equal(
        find<{ spec: object }>(plan, 'Deployment', name).spec &&
          'replicas' in find<{ spec: object }>(plan, 'Deployment', name).spec,
        false,
      );
    }
    const fixed = described({ indexer: { autoscaling: { maxReplicas: 1 } } });
    assert.deepEqual(names(fixed, 'HorizontalPodAutoscaler', 'PodDisruptionBudget'), []);
  });

  it('find memory where it is, and do not look for one that does not run', () => {
    const indexer = (settings: object) =>
      environmentOf(container(pod(described(settings), 'Deployment', 'mcp-indexer'), 'mcp-indexer'));
    assert.equal(indexer({}).MEMORY_MCP_URL, 'http://mcp-memory:8000/sse');
    const without = indexer({ memory: { sse: false } });
    assert.deepEqual([without.MEMORY_SSE_ENABLED, without.MEMORY_MCP_URL], ['0', undefined]);
  });

  it('have no decoder where llama.cpp does not run', () => {
    const indexer = (settings: object) =>
      environmentOf(container(pod(described(settings), 'Deployment', 'mcp-indexer'), 'mcp-indexer'));
    assert.equal(indexer({}).REFRAG_DECODER, '1');
    assert.equal(indexer({}).LLAMACPP_URL, 'http://llamacpp:8080');
    const without = indexer({ llamacpp: { enabled: false } });
    assert.deepEqual([without.REFRAG_DECODER, without.LLAMACPP_URL], ['0', undefined]);
  });
});

describe('the bearer token', () => {
  const plan = described({ authentication: { mode: 'bearer' } });

  it('is asked for in front of every server', () => {
    for (const name of ['mcp-memory', 'mcp-indexer', 'mcp-memory-http', 'mcp-indexer-http']) {
      assert.ok(container(pod(plan, 'Deployment', name), 'bearer-proxy'));
      assert.equal(find<IService>(plan, 'Service', name).spec?.ports?.[0]?.targetPort, 8081);
    }
  });

  it('cannot be gone past: the servers listen on the loopback address', () => {
    for (const name of ['mcp-indexer', 'mcp-memory-http', 'mcp-indexer-http']) {
      assert.equal(environmentOf(container(pod(plan, 'Deployment', name), name)).FASTMCP_HOST, '127.0.0.1', name);
    }
  });

  it('is not asked of the indexer, which has none: it has a Service of its own, and a policy lets it alone in', () => {
    const indexer = environmentOf(container(pod(plan, 'Deployment', 'mcp-indexer'), 'mcp-indexer'));
    assert.equal(indexer.MEMORY_MCP_URL, 'http://mcp-memory-internal:8000/sse');
    assert.equal(find<IService>(plan, 'Service', 'mcp-memory-internal').spec?.ports?.[0]?.targetPort, 8000);
    const direct = plan.flows.filter(
      ({ direction, pods, port }) => direction === 'in' && pods.component === 'mcp-memory' && port === 8000,
    );
    assert.deepEqual(
      direct.map(({ peer }) => peer),
      [{ kind: 'pods', labels: { ...all, 'memory-fleet.dev/uses-memory': 'true' } }],
    );
  });

  it('guards Qdrant and llama.cpp where they are reachable from outside, past nobody of their own', () => {
    const exposed = described({
      authentication: { mode: 'bearer' },
      exposure: { ...gateway, services: ['qdrant', 'llamacpp', 'mcp-indexer-http'] },
    });
    assert.equal(find<IService>(exposed, 'Service', 'qdrant').spec?.ports?.[0]?.targetPort, 6333);
    assert.equal(find<IService>(exposed, 'Service', 'qdrant-guarded').spec?.ports?.[0]?.targetPort, 8081);
    assert.ok(container(pod(exposed, 'StatefulSet', 'qdrant'), 'bearer-proxy'));
    assert.ok(container(pod(exposed, 'Deployment', 'llamacpp'), 'bearer-proxy'));
  });
});

describe('llama.cpp', () => {
  it('says its port and its layers itself, because defaults have changed', () => {
    const plan = described({ llamacpp: { model: { file: 'tiny.gguf' }, contextSize: 512 } });
    assert.deepEqual(container(pod(plan, 'Deployment', 'llamacpp'), 'llamacpp').args, [
      ...['--host', '0.0.0.0', '--port', '8080', '--model', '/models/tiny.gguf', '--ctx-size', '512'],
      ...['--n-gpu-layers', '0'],
    ]);
  });

  it('computes on GPUs where it has some', () => {
    const plan = described({ llamacpp: { gpu: { count: 2, layers: 33 } } });
    const server = container(pod(plan, 'Deployment', 'llamacpp'), 'llamacpp');
    assert.equal(server.resources?.limits?.['nvidia.com/gpu'], 2);
    assert.equal(server.args?.at(-1), '33');
  });

  it('gets its model from a container before it, with the checksum where one is known', () => {
    const sha256 = 'ab'.repeat(32);
    const plan = described({
      llamacpp: { model: { url: 'https://models.example/x.gguf', sha256, secretName: 'hub' } },
    });
    const env = environmentOf(container(pod(plan, 'Deployment', 'llamacpp'), 'fetch-model'));
    assert.equal(env.MODEL_URL, 'https://models.example/x.gguf');
    assert.equal(env.MODEL_SHA256, sha256);
    assert.deepEqual(env.HF_TOKEN, { secretKeyRef: { name: 'hub', key: 'token' } });
    assert.ok(plan.flows.some(({ peer }) => peer.kind === 'hosts' && peer.names.includes('models.example')));
  });
});

describe('the layouts', () => {
  const modes = (settings: object) =>
    names(described(settings), 'PersistentVolumeClaim').map((name) => {
      const claim = find<IPersistentVolumeClaim>(
        described(settings),
        'PersistentVolumeClaim',
        name.split('/')[1] ?? '',
      );
      return `${name.split('/')[1]} ${claim.spec?.accessModes} ${claim.spec?.storageClassName}`;
    });

  it('shared: volumes of several nodes where several pods mount them', () => {
    assert.deepEqual(modes({}), [
      'qdrant-storage-qdrant-0 ReadWriteOnce block',
      'qdrant-snapshots ReadWriteOnce block',
      'context-engine-repos ReadWriteMany nfs',
      'context-engine-metadata ReadWriteMany nfs',
      'context-engine-models ReadWriteMany nfs',
      'context-engine-backup ReadWriteOnce block',
    ]);
  });

  it('single-node: ordinary volumes, one pod of everything, all on one node', () => {
    const settings = { layout: 'single-node', repositories: [{ source: 'upload', name: 'mine' }] };
    assert.ok(modes(settings).every((mode) => mode.endsWith('ReadWriteOnce block')));
    const plan = described(settings);
    assert.deepEqual(names(plan, 'HorizontalPodAutoscaler'), []);
    for (const name of names(plan, 'StatefulSet', 'Deployment')) {
      const [kind = '', workload = ''] = name.split('/');
      const [term] =
        pod(plan, kind, workload).affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
      assert.deepEqual(term?.labelSelector?.matchLabels, all, name);
    }
  });
});

describe('the quota', () => {
  it('bounds what is said, and nothing else', () => {
    const plan = described({ quota: { cpu: '20', memoryLimit: '64Gi', pods: 40 } });
    assert.deepEqual(find<IResourceQuota>(plan, 'ResourceQuota', 'context-engine').spec?.hard, {
      'requests.cpu': '20',
      'limits.memory': '64Gi',
      pods: '40',
    });
    assert.deepEqual(names(described(), 'ResourceQuota'), []);
  });
});
