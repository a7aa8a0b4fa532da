import assert from 'node:assert/strict';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IPersistentVolumeClaim, IResourceQuota } from 'kubernetes-models/v1';
import { parseStack } from '../../../components/stack';
import { checkPlan } from '../../../policies/check';
import { containersOf, podOf } from '../../../policies/pods';
import { container, find, names, ownCommand, pod } from '../../support/unit/context-engine';
import { describedInstance, describedInstances, facts, image } from '../../support/unit/personal-knowledge';

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const requests = (cpu: string, memory: string, cpuLimit: string, memoryLimit: string) => ({
  requests: { cpu, memory },
  limits: { cpu: cpuLimit, memory: memoryLimit },
});

describe('the objects of Personal Knowledge MCP', () => {
  it('have the names of the seed, in a namespace for each instance', () => {
    const plan = describedInstance({
      authentication: { mode: 'bearer' },
      exposure: { kind: 'ingress', hostname: 'k.example.org' },
    });
    const found = names(plan);
    for (const name of [
      ...['Namespace/pk-mcp-private', 'ResourceQuota/pk-mcp-quota', 'LimitRange/pk-mcp-limits'],
      ...[
        'ServiceAccount/pk-mcp-service',
        'Deployment/pk-mcp-service',
        'Service/pk-mcp-service',
        'ConfigMap/pk-mcp-config',
      ],
      ...['StatefulSet/chromadb', 'Service/chromadb', 'PersistentVolumeClaim/data-chromadb-0'],
      ...['StatefulSet/postgres', 'Service/postgres', 'PersistentVolumeClaim/data-postgres-0'],
      ...['StatefulSet/falkordb', 'Service/falkordb', 'PersistentVolumeClaim/data-falkordb-0'],
      ...['Ingress/pk-mcp-ingress', 'PrometheusRule/pk-mcp-alerts'],
    ]) {
      assert.ok(found.includes(name), `${name} is not among ${found.join(', ')}`);
    }
    assert.deepEqual(
      new Set(Object.values(plan.objects).map(({ object }) => object.metadata.namespace)),
      new Set([undefined, 'pk-mcp-private']),
    );
  });

  it('are selected by the labels of the seed', () => {
    const { spec } = find<IDeployment>(describedInstance(), 'Deployment', 'pk-mcp-service');
    assert.deepEqual(spec?.selector.matchLabels, { 'app.kubernetes.io/component': 'mcp-service' });
  });

  for (const [entry, readers] of Object.entries({
    openaiKey: ['Deployment/pk-mcp-service'],
    postgresPassword: ['StatefulSet/postgres'],
    graphPassword: ['Deployment/pk-mcp-service', 'StatefulSet/falkordb'],
    neo4jPassword: ['Deployment/pk-mcp-service', 'StatefulSet/neo4j'],
    chromaToken: ['Deployment/pk-mcp-service', 'StatefulSet/chromadb'],
    githubToken: ['Deployment/pk-mcp-service'],
  })) {
    it(`start anew after a change of ${entry} where they read it, and nowhere else`, () => {
      const at = (secretRevision: number) =>
        describedInstance({
          graph: { kind: entry === 'neo4jPassword' ? 'neo4j' : 'falkordb' },
          secrets: { source: 'existing', entries: { chromaToken: {}, [entry]: { secretRevision } } },
        });
      const [before, after] = [at(1), at(2)];
      const restarted = Object.entries(after.objects)
        .filter(
          ([key, { object }]) =>
            ['Deployment', 'StatefulSet'].includes(object.kind) && !same(before.objects[key]?.object, object),
        )
        .map(([, { object }]) => `${object.kind}/${object.metadata.name}`);
      assert.deepEqual(restarted.sort(), readers);
    });
  }

  it('are one server, which is replaced and never doubled, and which nothing keeps on its node', () => {
    const plan = describedInstance();
    const { spec } = find<IDeployment>(plan, 'Deployment', 'pk-mcp-service');
    assert.deepEqual([spec?.replicas, spec?.strategy?.type], [1, 'Recreate']);
    assert.deepEqual(names(plan, 'HorizontalPodAutoscaler', 'PodDisruptionBudget'), []);
  });

  it('restart the server for what only a restart mends: it is ready by /health, and alive while it listens', () => {
    const server = container(pod(describedInstance(), 'Deployment', 'pk-mcp-service'), 'pk-mcp-service');
    const listens = { exec: { command: ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/3001'] } };
    const { livenessProbe, readinessProbe, startupProbe } = server;
    assert.deepEqual(readinessProbe?.httpGet, { path: '/health', port: 3001 });
    assert.deepEqual({ exec: livenessProbe?.exec }, listens);
    assert.deepEqual({ exec: startupProbe?.exec }, listens);
    // Two waits of 300 s, and the start itself.
    assert.equal((startupProbe?.periodSeconds ?? 0) * (startupProbe?.failureThreshold ?? 0), 780);
  });

  it('run what waits for the stores at every start, and then the server', () => {
    const server = container(pod(describedInstance(), 'Deployment', 'pk-mcp-service'), 'pk-mcp-service');
    assert.deepEqual(ownCommand(server), ['bash', '/opt/pk-mcp/start-server.sh']);
    assert.deepEqual(server.args, ['bun', 'run', 'src/index.ts']);
    assert.ok(server.volumeMounts?.some(({ mountPath, readOnly }) => mountPath === '/opt/pk-mcp' && readOnly));
  });

  it('take of their image what the settings say', () => {
    const settings = { imagePullPolicy: 'Always', imagePullSecrets: ['registry'] };
    const spec = pod(describedInstance(settings), 'Deployment', 'pk-mcp-service');
    assert.equal(container(spec, 'pk-mcp-service').image, image);
    assert.equal(container(spec, 'pk-mcp-service').imagePullPolicy, 'Always');
    assert.deepEqual(spec.imagePullSecrets, [{ name: 'registry' }]);
  });

  describe('their sizes', () => {
    /** Server, Chroma, PostgreSQL, and the volumes of the latter two. */
    const table = {
      dev: [
        requests('100m', '128Mi', '500m', '512Mi'),
        requests('250m', '256Mi', '1', '1Gi'),
        requests('100m', '128Mi', '500m', '512Mi'),
        '10Gi',
        '5Gi',
      ],
      small: [
        requests('250m', '256Mi', '1', '1Gi'),
        requests('500m', '512Mi', '2', '2Gi'),
        requests('250m', '256Mi', '2', '1Gi'),
        '20Gi',
        '10Gi',
      ],
      medium: [
        requests('500m', '512Mi', '2', '2Gi'),
        requests('500m', '512Mi', '2', '2Gi'),
        requests('250m', '256Mi', '2', '1Gi'),
        '50Gi',
        '20Gi',
      ],
      large: [
        requests('1', '1Gi', '4', '4Gi'),
        requests('1', '2Gi', '4', '8Gi'),
        requests('500m', '512Mi', '2', '2Gi'),
        '100Gi',
        '50Gi',
      ],
    };

    function sizesOf(settings: object, name?: string) {
      const plan = describedInstance(settings, name);
      const resources = (kind: string, object: string) => container(pod(plan, kind, object), object).resources;
      const storage = (claim: string) =>
        find<IPersistentVolumeClaim>(plan, 'PersistentVolumeClaim', claim).spec?.resources?.requests?.storage;
      return [
        ...[
          resources('Deployment', 'pk-mcp-service'),
          resources('StatefulSet', 'chromadb'),
          resources('StatefulSet', 'postgres'),
        ],
        ...[storage('data-chromadb-0'), storage('data-postgres-0')],
      ];
    }

    for (const [preset, expected] of Object.entries(table)) {
      it(`are those of preset ${preset}`, () => assert.deepEqual(sizesOf({ preset }, 'private'), expected));
    }

    it('follow from the name of an instance, where there is no preset', () => {
      const volumes: Readonly<Record<string, string[]>> = {
        private: ['20Gi', '10Gi'],
        work: ['30Gi', '15Gi'],
        public: ['50Gi', '20Gi'],
        team: ['20Gi', '10Gi'],
      };
      for (const [name, expected] of Object.entries(volumes))
        assert.deepEqual(sizesOf({}, name).slice(3), expected, name);
    });

    it('are what a key says, before anything else', () => {
      const settings = { preset: 'large', chroma: { storage: { size: '7Gi' }, resources: { memory: '3Gi' } } };
      const [, chroma, , storage] = sizesOf(settings, 'work');
      assert.deepEqual(chroma, requests('1', '3Gi', '4', '8Gi'));
      assert.equal(storage, '7Gi');
    });

    it('fit into the quota of their preset, with a rollout, a backup and a restore at once', () => {
      for (const preset of Object.keys(table)) {
        const cluster = { ...facts, volumeSnapshots: {} };
        const exporter = { exporter: {} };
        for (const graph of [{ kind: 'falkordb', ...exporter }, { kind: 'neo4j' }]) {
          const stores = { postgres: exporter, graph, snapshots: {} };
          const plan = describedInstance({ preset, authentication: { mode: 'bearer' }, ...stores }, 'team', cluster);
          const { violations } = checkPlan({ cluster: parseStack({ cluster }, 'test').cluster, systems: [plan] });
          assert.deepEqual(violations, [], `${preset} with ${graph.kind}`);
        }
      }
    });

    it('fit into the quota of the seed, and larger ones into a larger quota', () => {
      const hard = (preset: string) =>
        find<IResourceQuota>(describedInstance({ preset }), 'ResourceQuota', 'pk-mcp-quota').spec?.hard;
      assert.deepEqual(hard('dev'), {
        'requests.cpu': '4',
        'requests.memory': '8Gi',
        'limits.cpu': '8',
        'limits.memory': '16Gi',
        persistentvolumeclaims: '10',
      });
      assert.equal(hard('small')?.['requests.cpu'], '4');
    });
  });

  it('give each container the entries of the Secret that it reads, and never all of them', () => {
    const expectReaders = (kind: string, password: string) => {
      const plan = describedInstance({
        graph: { kind },
        secrets: { source: 'existing', entries: { chromaToken: {}, githubToken: {}, gitToken: {} } },
      });
      const read = Object.values(plan.objects).flatMap(({ object }) => {
        const spec = podOf(object);
        const reader = `${object.kind} ${object.metadata.name}`;
        return (spec ? containersOf(spec) : []).flatMap(({ env = [], envFrom = [], name, volumeMounts = [] }) => {
          assert.deepEqual(envFrom, [], name);
          // What waits for entries tells nobody what is in them.
          if (name === 'gate') return [];
          const variables = env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []);
          const mounted = volumeMounts.flatMap((mount) => {
            const { secret } = spec?.volumes?.find((volume) => volume.name === mount.name) ?? {};
            return (secret?.items ?? []).map(({ key }) => ({ key, name: secret?.secretName }));
          });
          return [...variables, ...mounted].flatMap(({ key, name: secret }) =>
            secret === 'pk-mcp-secrets' ? [{ key, reader }] : [],
          );
        });
      });
      const readersOf = (key: string) =>
        [...new Set(read.filter((each) => each.key === key).map(({ reader }) => reader))].sort();
      const [server, backups] = [
        'Deployment pk-mcp-service',
        ['CronJob pk-mcp-backup', 'CronJob pk-mcp-backup-restore'],
      ];
      const expected: Record<string, string[]> = {
        OPENAI_API_KEY: [server],
        GITHUB_PAT: [server],
        GIT_PAT: [server],
        CHROMADB_AUTH_TOKEN: [server, 'StatefulSet chromadb', ...backups],
        [password]: [server, `StatefulSet ${kind}`, ...backups],
        POSTGRES_PASSWORD: ['StatefulSet postgres', ...backups],
      };
      for (const [key, all] of Object.entries(expected)) assert.deepEqual(readersOf(key), all.sort(), key);
      assert.deepEqual([...new Set(read.map(({ key }) => key))].sort(), Object.keys(expected).sort());
    };
    expectReaders('falkordb', 'FALKORDB_PASSWORD');
    expectReaders('neo4j', 'NEO4J_PASSWORD');
  });

  it('give the numbers of stores to Prometheus where that is wanted, by pods that reach their store alone', () => {
    const exporter = { exporter: {} };
    const plan = describedInstance({ postgres: exporter, graph: { kind: 'falkordb', ...exporter } });
    for (const [name, store] of [
      ['postgres-exporter', 'postgres'],
      ['falkordb-exporter', 'falkordb'],
    ] as const) {
      for (const kind of ['Deployment', 'Service', 'ServiceMonitor']) find(plan, kind, name);
      const labels = find<IDeployment>(plan, 'Deployment', name).spec?.template.metadata?.labels ?? {};
      const reached = plan.flows.filter(
        ({ direction, pods }) =>
          direction === 'out' && Object.entries(pods).every(([key, value]) => labels[key] === value),
      );
      assert.deepEqual(
        reached.map(({ name: flow }) => flow).sort(),
        ['dns', `${store === 'postgres' ? store : 'graph'}-out`].sort(),
      );
    }
    const { cluster } = parseStack({ cluster: facts }, 'test');
    assert.deepEqual(checkPlan({ cluster, systems: [plan] }).violations, []);
    assert.deepEqual(names(describedInstance(), 'ServiceMonitor'), []);
  });

  it('are the same whatever other instances there are', () => {
    const alone = describedInstances({ work: {} });
    const among = describedInstances({
      private: { embedding: { provider: 'local' } },
      work: {},
      team: { preset: 'large' },
    });
    const { flows, objects, outputs } = among['pk-mcp-work'] ?? {};
    const { flows: ownFlows, objects: ownObjects, outputs: ownOutputs } = alone['pk-mcp-work'] ?? {};
    assert.deepEqual({ flows, objects, outputs }, { flows: ownFlows, objects: ownObjects, outputs: ownOutputs });
    assert.deepEqual(Object.keys(among), ['pk-mcp-private', 'pk-mcp-work', 'pk-mcp-team']);
  });

  it('tell clients where each transport is, under one name for each instance', () => {
    const plan = describedInstance(
      { exposure: { kind: 'ingress', hostname: 'k.example.org' }, authentication: { mode: 'bearer' } },
      'work',
    );
    const servers = plan.operations.servers.map(({ client, endpoint, name, transport }) => [
      ...[name, transport, client.name, client.tokenVariable],
      ...[endpoint.url, endpoint.inClusterUrl],
    ]);
    const inCluster = 'http://pk-mcp-service.pk-mcp-work.svc.cluster.local:3001/api/v1';
    assert.deepEqual(servers, [
      [
        'pk-mcp-service',
        'http',
        'pk-mcp-work',
        'PK_MCP_WORK_TOKEN',
        'https://k.example.org/api/v1/mcp',
        `${inCluster}/mcp`,
      ],
      [
        'pk-mcp-service-sse',
        'sse',
        'pk-mcp-work',
        'PK_MCP_WORK_TOKEN',
        'https://k.example.org/api/v1/sse',
        `${inCluster}/sse`,
      ],
    ]);
  });

  it('promise the tools of the graph, and expect it in the health, where the server speaks to it', () => {
    const promised = (kind: string) => {
      const [server] = describedInstance({ graph: { kind } }).operations.servers;
      const says = server?.client.guidance.includes('get_dependencies');
      return [server?.tools.includes('get_dependencies'), says, server?.paths.checks, server?.startupSeconds];
    };
    assert.deepEqual(promised('falkordb'), [true, true, ['chromadb', 'neo4j'], 780]);
    assert.deepEqual(promised('neo4j'), [false, false, ['chromadb'], 480]);
    assert.deepEqual(promised('none'), [false, false, ['chromadb'], 480]);
  });

  it('have the graph that is chosen, and of no other anything', () => {
    const made = (kind: string) =>
      names(describedInstance({ graph: { kind } })).filter((name) => /falkordb|neo4j|graph/.test(name));
    assert.deepEqual(made('neo4j').sort(), [
      ...['NetworkPolicy/pk-mcp-private-graph-api-in', 'NetworkPolicy/pk-mcp-private-graph-api-out'],
      ...['NetworkPolicy/pk-mcp-private-graph-from-monitoring'],
      ...['NetworkPolicy/pk-mcp-private-graph-in', 'NetworkPolicy/pk-mcp-private-graph-out'],
      ...['PersistentVolumeClaim/data-neo4j-0', 'Probe/neo4j-health'],
      ...['Service/neo4j', 'Service/neo4j-headless', 'StatefulSet/neo4j'],
    ]);
    assert.deepEqual(made('none'), []);
  });

  it('take for Neo4j what the seed gives it', () => {
    const plan = describedInstance({ graph: { kind: 'neo4j' } });
    const neo4j = container(pod(plan, 'StatefulSet', 'neo4j'), 'neo4j');
    assert.deepEqual(neo4j.resources, requests('500m', '512Mi', '2', '2Gi'));
    const { spec } = find<IPersistentVolumeClaim>(plan, 'PersistentVolumeClaim', 'data-neo4j-0');
    assert.deepEqual(spec?.resources?.requests, { storage: '10Gi' });
  });

  it('back everything up in one set: what the server knows first, then vectors, graph and database, which have all of it by then', () => {
    for (const kind of ['falkordb', 'neo4j']) {
      const spec = pod(describedInstance({ graph: { kind } }, 'private', { ...facts }), 'CronJob', 'pk-mcp-backup');
      assert.deepEqual(
        (spec.initContainers ?? []).map(({ name }) => name).filter((name) => name.startsWith('dump-')),
        ['dump-volume', 'dump-chroma', `dump-${kind}`, 'dump-postgres'],
      );
    }
  });
});
