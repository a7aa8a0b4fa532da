import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { proxyPorts } from '../../components/kit/parts/auth-sidecar';
import type { ServerFacts } from '../../components/system/operations';
import { Failure } from '../../operate/base/failure';
import { healthFindings } from '../../operate/commands/verify/http';
import { verifySystem } from '../../operate/commands/verify/verify';
import { openConnection } from '../../operate/mcp/connection';
import { tokenVariable } from '../../operate/mcp/credentials';
import { send } from '../support/contract/http';
import { KnowledgeServer, type KnowledgeStores } from '../support/contract/knowledge-server';
import { orSkip } from '../support/contract/missing';
import { freePorts } from '../support/contract/ports';
import { Running } from '../support/contract/process';
import { distributionProgram, type Program } from '../support/contract/program';
import { container, environmentOf, pod } from '../support/unit/context-engine';
import { withEnvironment } from '../support/unit/operate';
import { describedInstance } from '../support/unit/personal-knowledge';

const token = 'correct-horse-battery-staple';
const configuration = join(__dirname, '..', '..', 'components', 'kit', 'parts', 'auth-sidecar.cfg');
const withGraph: KnowledgeStores = { chroma: async () => true, graph: async () => true };

describe('fleet verify of Personal Knowledge MCP, through the proxy of its plan', function () {
  this.timeout(60_000);
  const plan = describedInstance({ authentication: { mode: 'bearer' } }, 'work');
  const spec = pod(plan, 'Deployment', 'pk-mcp-service');
  let haproxy: Program;
  let folder: string;
  let server: KnowledgeServer | undefined;
  let proxy: Running | undefined;
  let ports: Record<number, number>;

  before(async function () {
    this.timeout(0);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-knowledge-'));
  });
  afterEach(async () => {
    await proxy?.stop(1, 'SIGKILL');
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const literal = (name: string) =>
    Object.fromEntries(
      Object.entries(environmentOf(container(spec, name))).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );

  /** The server with the environment of the plan, and the proxy with its own, on ports of this machine. */
  async function start(stores: KnowledgeStores): Promise<void> {
    const env = { ...literal('pk-mcp-service'), HTTP_PORT: '0', DATA_PATH: folder };
    server = await KnowledgeServer.started({ env, stores });
    ports = await freePorts([proxyPorts.guarded, proxyPorts.health]);
    const upstream = `127.0.0.1:${server.port}`;
    proxy = new Running(haproxy.path, ['-W', '-db', '-f', configuration], {
      ...haproxy.env,
      ...literal('bearer-proxy'),
      PROXY_ADDRESS: '127.0.0.1',
      PROXY_GUARDED_PORT: String(ports[proxyPorts.guarded]),
      PROXY_HEALTH_PORT: String(ports[proxyPorts.health]),
      PROXY_UPSTREAM: upstream,
      PROXY_HEALTH_UPSTREAM: upstream,
      PROXY_TOKEN: token,
    });
    const answers = () => send({ port: ports[proxyPorts.health] ?? 0, path: '/health' }).catch(() => undefined);
    while (!proxy.hasEnded && (await answers()) === undefined) await sleep(20);
    assert.ok(!proxy.hasEnded, proxy.output);
  }

  const here = (facts: ServerFacts): ServerFacts => {
    const url = `http://127.0.0.1:${ports[proxyPorts.guarded]}${facts.paths.mcp}`;
    return { ...facts, hostname: '127.0.0.1', endpoint: { url, inClusterUrl: url } };
  };

  async function look() {
    const [main, ...others] = plan.operations.servers.map(here);
    assert.ok(main);
    const system = { ...plan, operations: { ...plan.operations, servers: [main, ...others] as const } };
    const cluster = () => Promise.reject(new Failure('there is no kubeconfig', 'name one by --kubeconfig'));
    const report = await withEnvironment({ [tokenVariable]: token }, () =>
      verifySystem({ stack: 'contract', system, cluster }, { samples: 2 }, undefined, 'silent'),
    );
    return report.findings.map(({ status, subject }) => `${status} ${subject}`);
  }

  async function health() {
    const connection = openConnection();
    try {
      const target = { root: `http://127.0.0.1:${ports[proxyPorts.health]}`, connection };
      return (await healthFindings(target, plan.operations.servers[0] as ServerFacts)).map(
        ({ found, status, subject }) => `${status} ${subject}: ${found}`,
      );
    } finally {
      await connection.close();
    }
  }

  it('finds both transports good: an official client comes in, lists the tools and asks one', async () => {
    await start(withGraph);
    const of = (name: string) => [
      ...[`skipped ${name}: /health`, `ok ${name}: without token`, `ok ${name}: MCP session`],
      ...[`ok ${name}: tools`, `ok ${name}: list_indexed_repositories counts`],
    ];
    // Both depend on the host name, which is an address here.
    const found = (await look()).filter((line) => !/DNS|unknown host name/.test(line));
    assert.deepEqual(found, ['pk-mcp-service', 'pk-mcp-service-sse'].flatMap(of));
    assert.deepEqual(await health(), ['ok /health: status 200']);
  });

  it('finds the graph missing that was away when the server started, though its status is good', async () => {
    await start({ chroma: async () => true });
    assert.deepEqual(await health(), ['missing /health: status 200, and nothing of neo4j']);
    assert.ok((await look()).includes('missing pk-mcp-service: tools'));
  });

  it('finds Chroma down, and says which it is', async () => {
    await start({ ...withGraph, chroma: async () => false });
    assert.deepEqual(await health(), ['failed /health: status 503, chromadb is down']);
  });
});
