import assert from 'node:assert/strict';
import type { IConfigMap, IContainer, IPodSpec } from 'kubernetes-models/v1';
import { Failure } from '../../operate/base/failure';
import { checkRequests } from '../../operate/commands/verify/requests';
import { verifySystem } from '../../operate/commands/verify/verify';
import { openConnection } from '../../operate/mcp/connection';
import { tokenVariable } from '../../operate/mcp/credentials';
import { ClientProxy } from '../support/contract/client-proxy';
import { runOf, written } from '../support/contract/engine-scripts';
import { FakeQdrant } from '../support/contract/fake-qdrant';
import { send } from '../support/contract/http';
import { orSkip } from '../support/contract/missing';
import { type OwnStore, ownPostgres, ownRedis } from '../support/contract/own-stores';
import { containerOf } from '../support/contract/pod';
import { freePorts } from '../support/contract/ports';
import type { Running } from '../support/contract/process';
import { distributionProgram, type Program } from '../support/contract/program';
import { RaeApplication } from '../support/contract/rae-application';
import { find, pod } from '../support/unit/context-engine';
import { withEnvironment } from '../support/unit/operate';
import { described } from '../support/unit/rae';

const verifier = '0a7be3c4-53d2-4b0e-a7c1-91f0c2d4e502';
const plan = described({
  authentication: {
    mode: 'clients',
    clients: { agents: { tenant: '6c1f1a52-8f0e-4e57-9d1c-2b1a6f0d9e01' }, verify: { tenant: verifier } },
    verifyAs: 'verify',
  },
});
const spec = pod(plan, 'Deployment', 'rae-memory-api');
const secrets = {
  ...{ 'rae-secrets/postgres-password': 'p@ss', 'rae-secrets/redis-password': 'r:ss' },
  ...{ 'rae-secrets/jwt-secret': 'jwt', 'rae-secrets/api-master-key': 'master' },
};
const stored = 'a memory is stored';
const itsVector = 'it has its vector';
const good = [stored, itsVector, 'a query finds it', 'it is deleted', 'a query finds it no more'];

describe('fleet verify of RAE, through the proxy of its plan to an application on real stores', function () {
  this.timeout(120_000);
  let application: RaeApplication;
  let postgres: OwnStore;
  let redis: OwnStore;
  let qdrant: FakeQdrant;
  let haproxy: Program;
  const proxy = new ClientProxy();
  let api: Running;
  let here: Readonly<Record<string, string>>;
  let port: number;

  before(async function () {
    this.timeout(0);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
    application = await orSkip(this, () => RaeApplication.made('upstream'));
    const [sql, keys] = ['postgres-password', 'redis-password'].map((key) => secrets[`rae-secrets/${key}` as never]);
    [postgres, redis, qdrant] = await Promise.all([
      orSkip(this, () => ownPostgres(`${application.folder}/postgres`, sql ?? '')),
      orSkip(this, () => ownRedis(`${application.folder}/redis`, keys ?? '')),
      FakeQdrant.started(),
    ]);
    here = {
      ...{ POSTGRES_HOST: '127.0.0.1', PGPORT: String(postgres.port), POSTGRES_DB: 'postgres', PGSSLMODE: 'disable' },
      ...{ POSTGRES_USER: 'postgres', REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) },
      ...{ QDRANT_URL: qdrant.url, WAIT_SECONDS: '30' },
    };
    await ended('migration', 'migrate');
    port = (await freePorts([0]))[0] ?? 0;
    const config = find<IConfigMap>(plan, 'ConfigMap', 'rae-memory-auth-proxy').data ?? {};
    proxy.bring('agents', 'key-of-agents');
    proxy.bring('verify', 'key-of-verify');
    await proxy.start(haproxy, containerOf(spec, 'bearer-proxy'), config, {
      alive: '/metrics',
      here: { PROXY_UPSTREAM: `127.0.0.1:${port}` },
    });
  });
  beforeEach(async () => {
    qdrant.lose();
    await ended('collection', 'collection');
    await postgres.ask('-c', 'TRUNCATE memories CASCADE');
    await startApi();
  });
  afterEach(() => api?.stop(5));
  after(async () => {
    await proxy.stop();
    await Promise.all([postgres?.stop(), redis?.stop(), qdrant?.stop()]);
    application?.remove();
  });

  /** Runs a Job of the plan to its end. */
  async function ended(key: 'migration' | 'collection', name: string): Promise<void> {
    const job = find<{ spec: { template: { spec: IPodSpec } } }>(plan, 'Job', new RegExp(`^rae-memory-${key}`));
    const container = containerOf(job.spec.template.spec, name);
    const known = (container.env ?? []).map((each) => each.name);
    const own = Object.entries(here).filter(([variable]) => known.includes(variable) || variable === 'PGSSLMODE');
    const { code, output } = await runOf(application.start(container, secrets, Object.fromEntries(own)));
    assert.equal(code, 0, output);
  }

  async function startApi(): Promise<void> {
    const container = containerOf(spec, 'rae-memory-api');
    const args = (container.args ?? []).map((word) => (word === '8000' ? String(port) : word));
    // Embeddings by the ML service are what brings vectors under every name: without it there is one alone.
    api = application.start({ ...container, args }, secrets, { ...here, ML_SERVICE_URL: 'http://127.0.0.1:9' });
    await written(api, 'Application startup complete', 60);
  }

  /** Runs a command in the place of the API's container. */
  async function inside(command: readonly string[]): Promise<string> {
    const { lifecycle: _, ...container } = containerOf(spec, 'rae-memory-api');
    const asked: IContainer = { ...container, command: [...command], args: [] };
    const { code, output } = await runOf(application.start(asked, secrets, here));
    assert.equal(code, 0, output);
    return output;
  }

  const memories = () => postgres.ask('-c', 'SELECT tenant_id, content FROM memories');
  async function check(look: (command: readonly string[]) => Promise<string> = inside) {
    const [server] = plan.operations.servers;
    assert.ok(server?.requests && server.access.mode === 'clients');
    const headers = { [server.access.header]: 'key-of-verify' };
    const { findings } = await checkRequests({
      ...{ probe: server.requests, access: server.access, samples: 1 },
      open: async () => {
        const connection = openConnection({ headers });
        const url = `http://127.0.0.1:${proxy.guarded}${server.paths.mcp}`;
        return { url, connection, way: 'url', transport: 'rest', words: url, close: () => connection.close() };
      },
      inside: look,
    });
    return findings;
  }
  const lines = (findings: Awaited<ReturnType<typeof check>>) =>
    findings.map(({ status, subject }) => `${status} ${subject}`);

  it('stores a memory with its vector, finds it and deletes it, in the tenant of the client that is for it', async () => {
    await ask('agents', { content: 'a memory of somebody else', project: 'fleet-verify' });
    let during = '';
    const findings = await check(async (command) => {
      during = await memories();
      return inside(command);
    });
    assert.deepEqual(
      lines(findings),
      good.map((subject) => `ok ${subject}`),
    );
    assert.match(
      during,
      new RegExp(`^${verifier}\\|The verification [0-9a-f]{8} of this installation was here\\.$`, 'm'),
    );
    assert.match(await memories(), /^6c1f1a52-[^\n]*\|a memory of somebody else$/);
    assert.equal(qdrant.collections.get('memories')?.points.size, 1);
  });

  it('fails where Qdrant has taken no vector, which the application calls a success', async () => {
    // As the application makes the collection by itself, with one name too few.
    qdrant.collections.set('memories', {
      ...{ made: {}, points: new Map(), snapshots: new Map() },
      vectors: { dense: { size: 384, distance: 'Cosine' } },
    });
    const findings = await check();
    assert.deepEqual(findings[1], {
      subject: itsVector,
      status: 'failed',
      found: 'Qdrant has no point of it, although it was stored with status 200',
      remedy:
        'see the log of the Job rae-memory-collection and of the API; what is stored now is found by its words alone',
    });
    // It is found by its words, so that nothing else would tell.
    assert.deepEqual(
      lines(findings),
      good.map((subject) => `${subject === itsVector ? 'failed' : 'ok'} ${subject}`),
    );
  });

  it('fails where the point has no vector that search asks for', async () => {
    const findings = await check((command) => {
      for (const [id] of qdrant.collections.get('memories')?.points ?? []) {
        qdrant.collections.get('memories')?.points.set(id, { id, vector: { default: [1] } });
      }
      return inside(command);
    });
    assert.equal(findings[1]?.found, 'its point has no vector nomic, which search asks for');
  });

  it('says that Qdrant has no such collection, and deletes what it has stored all the same', async () => {
    const findings = await check((command) => {
      qdrant.lose();
      return inside(command);
    });
    assert.equal(findings[1]?.status, 'failed');
    assert.equal(findings[1]?.found, 'Qdrant does not tell: HTTP Error 404: Not Found');
    assert.equal(await memories(), '');
  });

  it('goes on without looking inside where there is no way to the cluster', async () => {
    const [server] = plan.operations.servers;
    assert.ok(server);
    const endpoint = { ...server.endpoint, url: `http://127.0.0.1:${proxy.guarded}${server.paths.mcp}` };
    const operations = { ...plan.operations, servers: [{ ...server, endpoint, hostname: '127.0.0.1' }] };
    const { findings } = await withEnvironment({ [tokenVariable]: 'key-of-verify' }, () =>
      verifySystem(
        {
          stack: 'contract',
          system: { ...plan, operations },
          cluster: () => Promise.reject(new Failure('there is no kubeconfig', 'name one by --kubeconfig')),
        },
        { samples: 1 },
        undefined,
        'silent',
      ),
    );
    const found = findings.filter(({ subject }) => ['without token', ...good].includes(subject));
    assert.deepEqual(lines(found), [
      'ok without token',
      ...good.map((subject) => `${subject === itsVector ? 'skipped' : 'ok'} ${subject}`),
    ]);
    assert.equal(await memories(), '');
  });

  /** Stores a memory as a client does that names a tenant which is not its own. */
  async function ask(client: string, memory: object): Promise<void> {
    const headers = { 'x-api-key': `key-of-${client}`, 'x-tenant-id': verifier, 'content-type': 'application/json' };
    const body = JSON.stringify(memory);
    const { status } = await send({ port: proxy.guarded, method: 'POST', path: '/v2/memories/', headers, body });
    assert.equal(status, 200);
  }
});
