import assert from 'node:assert/strict';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { waitFor } from '../../../operate/base/wait';
import { apply } from '../../../operate/cluster/api';
import { stackCluster } from '../../../operate/cluster/stack-cluster';
import { verifySystem } from '../../../operate/commands/verify/verify';
import { abandonNamespace, controlPlane, openTestStack } from '../../support/cluster/control-plane';
import { orSkip } from '../../support/contract/missing';
import { plannedImages, requireImage } from '../../support/node/images';
import { explained, inPod, kubectl, nodeApi, podsReady, told, toolPod } from '../../support/node/pods';
import { small } from '../../support/node/stacks';
import { describedInstances } from '../../support/unit/personal-knowledge';

const namespace = 'pk-mcp-home';
const image = 'registry.home.example.org/pk-mcp:c11ada4-1';
const cluster = {};
const settings = {
  image,
  preset: 'dev',
  authentication: { mode: 'bearer' },
  secrets: { source: 'existing', entries: { chromaToken: {} } },
  server: { waitSeconds: 120, ...small },
  chroma: small,
  graph: { kind: 'falkordb', ...small },
  postgres: small,
};
const server = ['deployment/pk-mcp-service', '-c', 'pk-mcp-service'];

describe('an instance of Personal Knowledge MCP on a real node', function () {
  this.timeout(300_000);
  const plan = describedInstances({ home: settings }, cluster)[namespace];
  assert.ok(plan);

  before(async function () {
    for (const name of plannedImages().filter((each) => /pk-mcp|chroma|falkordb|postgres|haproxy/.test(each))) {
      await orSkip(this, async () => requireImage(name));
    }
    const stack = await openTestStack('local', 'knowledge', {
      'memory-fleet:cluster': cluster,
      'memory-fleet:memoryMcp': undefined,
      'memory-fleet:personalKnowledge': { instances: { home: settings } },
    });
    await stack.up();
  });
  after(() => abandonNamespace(namespace));

  const bring = async (name: string, stringData: Readonly<Record<string, string>>) =>
    apply(await nodeApi(), `/api/v1/namespaces/${namespace}/secrets`, {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData },
    });

  const isOf = (component: string) => (pod: { metadata?: { labels?: Readonly<Record<string, string>> } }) =>
    pod.metadata?.labels?.['app.kubernetes.io/component'] === component;

  async function findings() {
    const { cluster: here, folder } = controlPlane();
    const of = { name: 'local', config: { cluster: {} } as never };
    const reached = () => stackCluster(fleetHomeAt(folder), of, here);
    const place = { stack: 'local', system: plan as NonNullable<typeof plan>, cluster: reached };
    const report = await verifySystem(place, { samples: 1, portForward: true }, undefined, 'silent');
    return report.findings.map(
      ({ found, status, subject }) => `${status} ${subject}${status === 'ok' ? '' : `: ${found}`}`,
    );
  }

  /** What `fleet verify` finds of a server that is well. */
  const well = ['pk-mcp-service', 'pk-mcp-service-sse'].flatMap((name) =>
    ['/health', 'without token', 'MCP session', 'tools', 'list_indexed_repositories counts'].map(
      (subject) => `ok ${name}: ${subject}`,
    ),
  );

  it('waits for its Secrets, and says which command brings each', async () => {
    const log = async () => {
      const { stdout } = await kubectl('-n', namespace, 'logs', 'chromadb-0', '-c', 'gate');
      return stdout.includes('CHROMADB_AUTH_TOKEN') ? stdout : undefined;
    };
    const said = await waitFor(log, { seconds: 120 });
    assert.match(
      said ?? '',
      /waiting for entry CHROMADB_AUTH_TOKEN of Secret pk-mcp-home\/pk-mcp-secrets; it is brought by/,
    );
  });

  it('runs whole once they are there, non-root and on read-only roots, with every probe passed', () =>
    explained([namespace], async () => {
      await bring('pk-mcp-secrets', {
        OPENAI_API_KEY: 'sk-of-nobody',
        POSTGRES_PASSWORD: 'of the database: "\'\\',
        FALKORDB_PASSWORD: 'of the graph: "\\',
        CHROMADB_AUTH_TOKEN: 'of-the-vectors',
      });
      await bring('pk-mcp-bearer', { token: 'of-the-clients' });
      await bring('pk-mcp-backup', { password: 'of the backups' });
      for (const component of ['chromadb', 'postgres', 'falkordb', 'mcp-service']) {
        await podsReady(namespace, isOf(component), 1, 240);
      }
    }));

  it('is found well by `fleet verify`: an official client comes in by both transports, and the graph is there', async () => {
    const found = await findings();
    assert.deepEqual(
      well.filter((line) => !found.includes(line)),
      [],
      found.join('\n'),
    );
  });

  it('has the tables of upstream in its database, and what the server knows on its volume', async () => {
    const sql =
      "select string_agg(table_name, ' ' order by table_name) from information_schema.tables where table_schema = 'public'";
    const { stdout } = await inPod(
      namespace,
      'postgres-0',
      'psql',
      '-h',
      '/var/run/postgresql',
      '-At',
      '-U',
      'pk_mcp',
      'personal_knowledge',
      '-c',
      sql,
    );
    assert.equal(stdout.trim(), '_schema_info document_chunks documents watched_folders');
    const { stdout: id } = await inPod(
      namespace,
      server,
      'sh',
      '-c',
      'id -u; touch /app/data/kept; stat -c %g /app/data/kept',
    );
    assert.deepEqual(id.trim().split('\n'), ['1001', '1001']);
  });

  it('lets its server alone reach its stores: a pod of nobody is refused, by name and all', async () => {
    const api = await nodeApi();
    await apply(api, `/api/v1/namespaces/${namespace}/pods`, toolPod('stranger'));
    await podsReady(namespace, ({ metadata }) => metadata?.name === 'stranger');
    const url = 'http://chromadb:8000/api/v2/heartbeat';
    const { exitCode } = await inPod(namespace, 'stranger', 'curl', '-s', '--max-time', '3', url);
    assert.notEqual(exitCode, 0);
    const ask =
      'exec 3<>/dev/tcp/chromadb/8000; printf "GET /api/v2/heartbeat HTTP/1.1\\r\\nHost: c\\r\\nConnection: close\\r\\n\\r\\n" >&3; cat <&3';
    assert.match((await inPod(namespace, server, 'bash', '-c', ask)).stdout, /nanosecond heartbeat/);
  });

  it('is whole again after its graph has restarted, which ends the server', () =>
    explained([namespace], async () => {
      const restarts = async () => {
        const path = 'jsonpath={.items[0].status.containerStatuses[?(@.name=="pk-mcp-service")].restartCount}';
        const { stdout } = await kubectl(
          '-n',
          namespace,
          'get',
          'pods',
          '-l',
          'app.kubernetes.io/component=mcp-service',
          '-o',
          path,
        );
        return Number(stdout);
      };
      const before = await restarts();
      await kubectl('-n', namespace, 'delete', 'pod', 'falkordb-0', '--wait=true');
      assert.ok(
        await waitFor(async () => (await restarts()) > before || undefined, { seconds: 120 }),
        'the server ends',
      );
      const isWell = async () => {
        const found: readonly string[] = await findings().catch(() => []);
        return well.every((line) => found.includes(line)) || undefined;
      };
      assert.ok(await waitFor(isWell, { seconds: 180, period: 2000 }), (await findings()).join('\n'));
    }));

  /** What the last line of the log of a Job says that was started by hand from one of its CronJobs. */
  async function run(name: string, container: string): Promise<Readonly<Record<string, unknown>>> {
    await kubectl('-n', namespace, 'create', 'job', `${name}-now`, `--from=cronjob/${name}`);
    const isOver = async () => {
      const path = 'jsonpath={.status.succeeded}/{.status.failed}';
      const { stdout } = await kubectl('-n', namespace, 'get', 'job', `${name}-now`, '-o', path);
      return stdout === '/' ? undefined : stdout;
    };
    assert.equal(await waitFor(isOver, { seconds: 200, period: 1000 }), '1/', await told(namespace));
    const { stdout } = await kubectl('-n', namespace, 'logs', `job/${name}-now`, '-c', container);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  }

  it('saves all its stores as one set, and the set is one that can be loaded into empty stores', async () => {
    const { counts, ok } = await run('pk-mcp-backup', 'save');
    assert.equal(ok, true);
    assert.deepEqual(Object.keys(counts as object), ['volume', 'chroma', 'falkordb', 'postgres']);
    assert.equal((await run('pk-mcp-backup-drill', 'compare')).ok, true);
  });
});
