import assert from 'node:assert/strict';
import { join } from 'node:path';
import { proxyPorts } from '../../components/kit/parts/auth-sidecar';
import { openSession } from '../support/contract/client';
import { runOf } from '../support/contract/engine-scripts';
import { send } from '../support/contract/http';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { Missing, orSkip } from '../support/contract/missing';
import { passes } from '../support/contract/probe';
import { Running } from '../support/contract/process';
import { distributionProgram, type Program } from '../support/contract/program';
import { requiredPython } from '../support/contract/python';
import { Pod } from '../support/contract/server';

const cluster = { ipFamilies: ['IPv6'] };
const host = '::1';
const image = join(__dirname, '..', '..', 'images', 'context-engine');

/** @throws Missing where this machine has no IPv6 */
async function requiredIpv6(): Promise<void> {
  const { code } = await runOf(
    new Running(
      process.execPath,
      ['-e', `require('net').createServer().listen(0, '${host}', () => process.exit())`],
      {},
    ),
  );
  if (code !== 0) throw new Missing('this machine has no IPv6', 'switch it on for the loopback interface');
}

describe('on a cluster of IPv6 alone', function () {
  this.timeout(120_000);
  let memoryMcp: string;
  let haproxy: Program;
  let pod: Pod | undefined;

  before(async function () {
    this.timeout(0);
    await orSkip(this, requiredIpv6);
    haproxy = await orSkip(this, () => distributionProgram('haproxy'));
    memoryMcp = await orSkip(this, obtainMemoryMcp);
  });
  afterEach(() => pod?.remove());

  it('memory-mcp answers requests and probes where its pod has its address', async () => {
    pod = await Pod.started({ memoryMcp }, { cluster });
    const container = pod.container();
    assert.ok(await passes(container.readinessProbe, container, pod.machine(container)));
    const session = await openSession(pod.url());
    await session.call('remember', { name: 'six', content: 'by IPv6' });
    assert.equal((await session.call('read', { name: 'six' })).content, 'by IPv6');
    await session.close();
  });

  it('the bearer proxy does, and reaches its server by the loopback address of IPv4, which every pod has', async () => {
    pod = await Pod.started(
      { memoryMcp, haproxy },
      {
        cluster,
        memoryMcp: { authentication: { mode: 'bearer' } },
        secrets: { 'memory-mcp-bearer/token': 'a-token-of-tests' },
      },
    );
    for (const container of pod.spec.containers) {
      assert.ok(await passes(container.readinessProbe, container, pod.machine(container)), container.name);
    }
    assert.equal((await send({ host, port: pod.port(proxyPorts.guarded), path: '/mcp', method: 'POST' })).status, 401);
    assert.equal((await send({ host, port: pod.port(proxyPorts.health), path: '/healthz' })).status, 200);
    await (await openSession(pod.url(proxyPorts.guarded), 'a-token-of-tests')).close();
  });
});

describe('a server in Python that is given no host', function () {
  this.timeout(60_000);
  let python: string;
  before(async function () {
    await orSkip(this, requiredIpv6);
    python = await orSkip(this, requiredPython);
  });

  /** How the servers of Context Engine listen: requests by the event loop, health by a server of the standard library. */
  const program = `
import asyncio, socket, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
host = sys.argv[1]
def reached(port):
    found = []
    for address in ("127.0.0.1", "::1"):
        try:
            socket.create_connection((address, port), 2).close()
            found.append(address)
        except OSError:
            pass
    return found
async def requests():
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host=host, port=0)
    return [each.family.name for each in server.sockets]
print(sorted(asyncio.run(requests())))
health = HTTPServer((host, 0), BaseHTTPRequestHandler)
print(reached(health.server_address[1]))
`;
  const listening = async (given: string) =>
    (await runOf(new Running(python, ['-c', program, given], { PYTHONPATH: image, PYTHONDONTWRITEBYTECODE: '1' })))
      .output;

  it('is reached by both families, its health too, with what the image adds to Python', async () => {
    assert.equal(await listening(''), "['AF_INET', 'AF_INET6']\n['127.0.0.1', '::1']");
  });

  it('stays where it is told to otherwise', async () => {
    assert.equal(await listening('127.0.0.1'), "['AF_INET']\n['127.0.0.1']");
    assert.equal(await listening('0.0.0.0'), "['AF_INET']\n['127.0.0.1']");
  });
});
