import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { V1Job, V1Pod } from '@kubernetes/client-node';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { create, get, remove } from '../../../operate/cluster/api';
import { drill } from '../../../operate/commands/backup/drill';
import { now } from '../../../operate/commands/backup/now';
import { doctor } from '../../../operate/commands/doctor/doctor';
import { verify } from '../../../operate/commands/verify/verify';
import type { Report } from '../../../operate/report/report';
import { captured } from '../../support/cluster/captured';
import { type Checkout, makeCheckout } from '../../support/cluster/checkout';
import { abandonNamespace, controlPlane, kubeconfigFor } from '../../support/cluster/control-plane';
import { orSkip } from '../../support/contract/missing';
import { imagesOf, requireImage } from '../../support/node/images';
import { explained, inPod, kubectl, nodeApi, podsOf, podsReady, toolPod } from '../../support/node/pods';
import { clientNamespace, monitoringNamespace, raePlan, raeValues, tenants } from '../../support/node/rae';
import { bringSecret, clients } from '../../support/node/stacks';

const namespace = raeValues.rae.namespace.name;
const entrance = `http://rae-memory-api.${namespace}.svc.cluster.local:8000`;
const keys = { agents: 'key-of-agents', verify: 'key-of-the-operator' };

/** Users of the containers, as the images are made for them. */
const users = {
  'deployment/rae-memory-api': { 'rae-memory-api': '1000', 'bearer-proxy': '99' },
  'deployment/rae-memory-ml-service': { 'rae-memory-ml-service': '1000' },
  'deployment/rae-memory-celery-worker': { 'rae-memory-celery-worker': '1000' },
  'deployment/rae-memory-beat': { 'rae-memory-beat': '1000' },
  'statefulset/rae-memory-postgresql': { 'rae-memory-postgresql': '999' },
  'statefulset/rae-memory-redis-master': { 'rae-memory-redis-master': '999' },
  'statefulset/rae-memory-qdrant': { 'rae-memory-qdrant': '1000' },
};

/** Series that alerts and panels read of each exporter. */
const exported = {
  'rae-memory-postgresql-exporter:9187': [/^pg_up 1$/m, /^pg_settings_max_connections\{.*\} 100$/m],
  'rae-memory-redis-exporter:9121': [/^redis_up 1$/m, /^redis_key_size\{db="db1",key="celery"\} \d+$/m],
  'rae-memory-api:8082': [/^http_requests_total\{.*status="2xx"\}/m, /^rae_uptime_seconds \d/m],
};

/**
 * The plan as the engine brings it up, with real stores and a real queue; the application itself is on no package registry, and
 * what stands in its place has its commands, its habits and its framework.
 */
describe('RAE Memory Engine on a real node', function () {
  this.timeout(240_000);
  let checkout: Checkout;

  before(async function () {
    for (const name of imagesOf([raePlan()])) await orSkip(this, async () => requireImage(name));
    await bringSecret(namespace, 'rae-secrets', {
      ...{ 'postgres-password': 'of the database: "\'\\ @/%41', 'redis-password': 'of the queue: "\\ @/%41' },
      ...{ 'jwt-secret': 'of the tokens', 'api-master-key': 'of the master' },
    });
    await bringSecret(namespace, 'rae-clients', keys);
    await bringSecret(namespace, 'rae-backup', { password: 'of the backups' });
    checkout = await makeCheckout('rae', 'local');
    checkout.change(raeValues);
    await checkout.merge();
    await explained([namespace], async () => {
      await Promise.all([
        checkout.open().then((stack) => stack.up()),
        clients(clientNamespace, toolPod('agent')),
        clients(monitoringNamespace, toolPod('prometheus')),
        clients('rae-strangers', toolPod('stranger')),
      ]);
      await podsReady(namespace, (pod) => pod.metadata?.ownerReferences?.[0]?.kind !== 'Job', 9);
    });
  });
  after(() => Promise.all([namespace, clientNamespace, monitoringNamespace, 'rae-strangers'].map(abandonNamespace)));

  const isOf = (component: string) => (pod: V1Pod) =>
    pod.metadata?.labels?.['app.kubernetes.io/component'] === component && !pod.metadata.deletionTimestamp;
  const podOf = async (component: string) => (await podsOf(namespace)).find(isOf(component)) ?? assert.fail(component);
  const out = async (pod: string | readonly string[], ...command: readonly string[]) => {
    const { exitCode, stderr, stdout } = await inPod(namespace, pod, ...command);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };
  const sql = (query: string) => out('rae-memory-postgresql-0', 'psql', '-U', 'rae', '-d', 'rae_memory', '-Atc', query);
  const redis = (...words: readonly string[]) => {
    const script = 'REDISCLI_AUTH=$(cat "$PASSWORD_FILE") exec redis-cli -h 127.0.0.1 "$@"';
    return out('rae-memory-redis-master-0', 'sh', '-c', script, 'sh', ...words);
  };

  /** What curl sees in a pod: the status and the answer, or how it failed. */
  async function asked(from: readonly [space: string, pod: string], url: string, ...args: readonly string[]) {
    const all = [
      '-s',
      '-w',
      '\n%{http_code}',
      '--max-time',
      '30',
      '-H',
      'content-type: application/json',
      ...args,
      url,
    ];
    const { exitCode, stdout } = await inPod(from[0], from[1], 'curl', ...all);
    const at = stdout.lastIndexOf('\n');
    return exitCode === 0
      ? { status: stdout.slice(at + 1), body: stdout.slice(0, at) }
      : { status: `curl: ${exitCode}` };
  }
  const agent = (path: string, ...args: readonly string[]) =>
    asked([clientNamespace, 'agent'], entrance + path, ...args);
  const key = ['-H', `x-api-key: ${keys.agents}`];
  const body = (value: object) => ['-d', JSON.stringify(value)];

  async function fleet(command: typeof verify | typeof now | typeof drill | typeof doctor, options: object = {}) {
    const run = {
      home: fleetHomeAt(controlPlane().folder),
      projectDir: checkout.root,
      signal: new AbortController().signal,
    };
    const all = { stack: 'local', kubeconfig: kubeconfigFor('local'), json: true, ...options };
    const { code, text } = await captured(() => command(run, all as never));
    const { findings } = JSON.parse(text) as Report;
    return { code, text, lines: findings.map(({ status, subject }) => `${status} ${subject}`), findings };
  }

  it('has its schema and its collection before its API serves, each made by a Job', async () => {
    const { items } = (await get<{ items: V1Job[] }>(
      await nodeApi(),
      `/apis/batch/v1/namespaces/${namespace}/jobs`,
    )) ?? {
      items: [],
    };
    const served = (await podOf('api')).status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
    for (const [name, said] of [
      ['migration', /before: no schema\nafter: 9ee276de27bb \(head\)\n9 tables are there/],
      ['collection', /made collection memories\ndense: 768\nnomic: 768\ndefault: 768\nlitellm: 768/],
    ] as const) {
      const job = items.find(({ metadata }) => metadata?.name?.startsWith(`rae-memory-${name}-`));
      assert.ok(job?.status?.completionTime && served, `${name} has ended`);
      assert.ok(new Date(job.status.completionTime) <= new Date(served), `${name} ends before the API serves`);
      const { stdout } = await kubectl('-n', namespace, 'logs', `job/${job.metadata?.name}`);
      assert.match(stdout, said);
    }
  });

  it('runs non-root and on read-only roots', async () => {
    for (const [workload, containers] of Object.entries(users)) {
      for (const [container, user] of Object.entries(containers)) {
        const pod = [workload, '-c', container];
        const { stderr, stdout } = await inPod(namespace, pod, 'sh', '-c', 'id -u; echo >/written');
        assert.equal(stdout.trim(), user, container);
        assert.match(stderr, /Read-only file system/, container);
      }
    }
  });

  it('lets a client in by its key, as its own tenant whatever it says, and to its paths alone', async () => {
    const memory = body({ content: 'Rome was not built in a day.', project: 'history' });
    assert.equal((await agent('/v2/memories/', ...memory)).status, '401');
    const tenant = ['-H', `x-tenant-id: ${tenants.verify}`, '-H', 'x-user-id: admin'];
    const { body: answer = '', status } = await agent('/v2/memories/', ...key, ...tenant, ...memory);
    assert.equal(status, '200', answer);
    const { memory_id: id } = JSON.parse(answer) as { memory_id: string };
    assert.equal(await sql(`SELECT tenant_id FROM memories WHERE id = '${id}'`), tenants.agents);
    const query = body({ query: 'Rome', project: 'history' });
    assert.match((await agent('/v2/memories/query', ...key, ...query)).body ?? '', new RegExp(id));
    const others = await agent('/v2/memories/query', '-H', `x-api-key: ${keys.verify}`, ...query);
    assert.equal(JSON.parse(others.body ?? '').total_count, 0);
    for (const path of ['/metrics', '/docs', '/openapi.json', '/v2/graph/nodes']) {
      assert.equal((await agent(path, ...key)).status, '404', path);
    }
    assert.equal((await agent('/procedural/query', ...key, ...body({}))).status, '404');
  });

  it('is reached by its clients alone, and by them at the proxy alone', async () => {
    // 7: the connection was refused.
    assert.equal((await asked(['rae-strangers', 'stranger'], `${entrance}/health`)).status, 'curl: 7');
    const { podIP } = (await podOf('api')).status ?? {};
    for (const port of [8000, 8082]) {
      assert.match((await asked([clientNamespace, 'agent'], `http://${podIP}:${port}/live`)).status, /^curl: /);
    }
  });

  it('keeps a vector for each memory, under every name that it sends', async () => {
    const script = `import json, urllib.request
body = json.dumps({"query": [1.0] * 768, "using": "litellm", "limit": 100}).encode()
request = urllib.request.Request("http://rae-memory-qdrant:6333/collections/memories/points/query", body)
print(*(each["id"] for each in json.load(urllib.request.urlopen(request))["result"]["points"]), sep="\\n")`;
    const api = ['deployment/rae-memory-api', '-c', 'rae-memory-api'];
    const points = await out(api, 'python3', '-B', '-c', script);
    assert.equal(points, await sql('SELECT id FROM memories'));
  });

  it('is found well by `fleet verify`, which stores, finds and deletes a memory', async () => {
    const { code, lines, text } = await fleet(verify, { samples: 1, portForward: true });
    assert.equal(code, 0, text);
    for (const subject of ['a memory is stored', 'a query finds it', 'it is deleted', 'a query finds it no more']) {
      assert.ok(lines.includes(`ok ${subject}`), `${subject}: ${lines.join('\n')}`);
    }
  });

  /** Waits until a pod that was told to end has ended by itself, long before it would be killed. */
  async function ended(name: string): Promise<void> {
    const gone = async () => !(await podsOf(namespace)).some(({ metadata }) => metadata?.name === name) || undefined;
    assert.ok(await waitFor(gone, { seconds: 60, period: 250 }), `${name} has ended by itself`);
  }

  /** Puts a task into the queue as the API does. @returns its id */
  const queued = (seconds: number, name: string) => {
    const script = `from apps.memory_api.tasks.background_tasks import work; print(work.delay(${seconds}, "${name}").id)`;
    const start = ['python3', '-B', '/opt/rae/start.py', 'redis', '--', 'python3', '-B', '-c', script];
    return out(['deployment/rae-memory-api', '-c', 'rae-memory-api'], ...start).then((said) => said.split('\n').at(-1));
  };
  const done = (id: string | undefined) => async () =>
    (await redis('-n', '2', 'get', `celery-task-meta-${id}`)).includes('"status": "SUCCESS"') || undefined;

  it('loses no task where a worker is stopped in the middle of one', async () => {
    const worker = (await podOf('celery-worker')).metadata?.name ?? '';
    const long = await queued(6, 'long');
    const begun = async () =>
      (await inPod(namespace, worker, 'test', '-e', '/tmp/long-began')).exitCode === 0 || undefined;
    assert.ok(await waitFor(begun, { seconds: 30 }), 'the task has begun');
    const waiting = await queued(0, 'waiting');
    await kubectl('-n', namespace, 'delete', 'pod', worker, '--wait=false');
    await ended(worker);
    assert.ok(await done(long)(), 'it has ended its task');
    assert.ok(await waitFor(done(waiting), { seconds: 60 }), 'the next worker does what was waiting');
  });

  it('answers a request that is open while its pod ends', async () => {
    const api = (await podOf('api')).metadata?.name ?? '';
    const prompt = randomUUID().split('').slice(0, 8).join(' ');
    const open = agent('/v2/agent/execute', ...key, ...body({ prompt }));
    const begun = async () =>
      (await kubectl('-n', namespace, 'logs', api, '-c', 'rae-memory-api')).stdout.includes(prompt) || undefined;
    assert.ok(await waitFor(begun, { seconds: 20 }), 'it is worked on');
    await kubectl('-n', namespace, 'delete', 'pod', api, '--wait=false');
    const { body: answer, status } = await open;
    assert.equal(status, '200', answer);
    assert.match(answer ?? '', new RegExp(`8 words for ${tenants.agents}`));
    await ended(api);
    await podsReady(namespace, isOf('api'));
  });

  it('is asked for the series that alerts read', async () => {
    for (const [place, series] of Object.entries(exported)) {
      const [name, port] = place.split(':');
      const url = `http://${name}.${namespace}.svc.cluster.local:${port}/metrics`;
      const { body: page = '', status } = await asked([monitoringNamespace, 'prometheus'], url);
      assert.equal(status, '200', place);
      for (const each of series) assert.match(page, each, place);
    }
  });

  const points = {
    blocked: 'security: a connection that no policy allows is denied',
    tracking: 'cost: cost tracking is on',
    log: 'reliability: Redis writes down what it is told',
    indexes: 'performance: tables have their indexes',
  };
  const checklist = async () => {
    const { findings } = await fleet(doctor, { production: true });
    return (subject: string) => {
      const { found, status } = findings.find((each) => each.subject === subject) ?? assert.fail(subject);
      return `${status}: ${found}`;
    };
  };

  it('is told by the production checklist to be as it should, by what its pods say', async () => {
    const said = await checklist();
    for (const point of Object.values(points)) assert.match(said(point), /^ok: /, point);
  });

  it('is told to be otherwise by the same checklist where it is', async () => {
    const policies = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
    const open = { podSelector: {}, policyTypes: ['Egress'], egress: [{}] };
    const [index] = (await sql("SELECT indexdef FROM pg_indexes WHERE indexname = 'idx_memories_project'")).split('\n');
    assert.ok(index);
    try {
      await create(await nodeApi(), policies, { metadata: { name: 'open' }, spec: open });
      await redis('config', 'set', 'appendonly', 'no');
      await sql('DROP INDEX idx_memories_project');
      const blocked = async () => ((await checklist())(points.blocked).startsWith('missing') ? true : undefined);
      assert.ok(await waitFor(blocked, { seconds: 30 }), 'the policy holds');
      const said = await checklist();
      assert.match(said(points.blocked), /^missing: .* says: connected$/);
      assert.match(said(points.log), /^missing: .* says: aof_enabled:0 /);
      assert.match(said(points.indexes), /^missing: .* says: missing or broken: idx_memories_project$/);
      assert.match(said(points.tracking), /^ok: /);
    } finally {
      await remove(await nodeApi(), `${policies}/open`);
      await redis('config', 'set', 'appendonly', 'yes');
      await sql(index);
    }
  });

  it('is saved as one set, which can be loaded into empty stores', async () => {
    for (const command of [now, drill]) {
      const { code, text } = await explained([namespace], () => fleet(command));
      assert.equal(code, 0, text);
      assert.match(text, /postgres: .*public\.memories with 1/, text);
    }
  });

  it('restarts nothing', async () => {
    for (const { metadata, status } of await podsOf(namespace)) {
      const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
      for (const { name, restartCount } of containers) assert.equal(restartCount, 0, `${metadata?.name}: ${name}`);
    }
  });
});
