import assert from 'node:assert/strict';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { runOf, written } from '../support/contract/engine-scripts';
import { Running } from '../support/contract/process';

const script = join(__dirname, '..', '..', 'components', 'personal-knowledge', 'scripts', 'start-server.sh');
const password = 'a "pass\\word" of graphs, é';

/** What the server becomes: it says so, with its own process as the shell's. */
const program = ['bash', '-c', 'echo "started as $$, child of $PPID"'];

describe('what starts the server of Personal Knowledge MCP', function () {
  this.timeout(60_000);
  let chroma: HttpServer;
  let graph: Server;
  /** What the graph does with a login. */
  let graphSays: (words: readonly string[]) => string;
  let chromaStatus: number;

  beforeEach(async () => {
    chromaStatus = 200;
    graphSays = ([, user, given]) =>
      user === 'default' && given === password ? '+OK\r\n+PONG\r\n' : '-WRONGPASS\r\n-NOAUTH\r\n';
    chroma = createHttpServer((request, response) => {
      // As Chroma 0.6.3 does.
      const known = request.httpVersion === '1.1' && request.url === '/api/v2/heartbeat';
      response.writeHead(known ? chromaStatus : 400);
      response.end('{}');
    });
    graph = createServer((socket) => {
      let heard = '';
      socket.setEncoding('utf8').on('error', () => undefined);
      socket.on('data', (text) => {
        heard += text;
        if (heard.endsWith('PING\r\n')) socket.end(graphSays(wordsOf(heard)));
      });
    });
    for (const server of [chroma, graph]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    chroma.close();
    graph.close();
  });

  /** The words of the first command, each of as many bytes as it says. */
  function wordsOf(heard: string): string[] {
    const bytes = Buffer.from(heard);
    const words: string[] = [];
    for (let at = bytes.indexOf('$'); at >= 0 && words.length < 3; at = bytes.indexOf('$', at)) {
      const end = bytes.indexOf('\r\n', at);
      const length = Number(bytes.subarray(at + 1, end));
      words.push(bytes.subarray(end + 2, end + 2 + length).toString());
      at = end + 2 + length;
    }
    return words;
  }

  const portOf = (server: Server | HttpServer) => String((server.address() as AddressInfo).port);

  function started(env: Readonly<Record<string, string>> = {}, command = program): Running {
    return new Running('bash', [script, ...command], {
      PATH: process.env.PATH ?? '',
      CHROMADB_HOST: '127.0.0.1',
      CHROMADB_PORT: portOf(chroma),
      FALKORDB_HOST: '127.0.0.1',
      FALKORDB_PORT: portOf(graph),
      FALKORDB_USER: 'default',
      FALKORDB_PASSWORD: password,
      WAIT_SECONDS: '20',
      ...env,
    });
  }

  it('looks for Chroma, then for the graph with its password, and becomes the server itself', async () => {
    const running = started();
    const { pid } = running;
    const { code, output } = await runOf(running);
    assert.equal(code, 0, output);
    assert.deepEqual(output.split('\n').slice(0, 2), ['Chroma answers', 'the graph answers']);
    assert.match(output, new RegExp(`^started as ${pid}, child of ${process.pid}$`, 'm'));
  });

  it('waits for a Chroma that comes later', async () => {
    chromaStatus = 503;
    const running = started();
    await written(running, 'waiting for Chroma at 127.0.0.1:');
    chromaStatus = 200;
    assert.equal((await runOf(running)).code, 0);
  });

  it('ends with a reason where Chroma never comes, so that the container starts anew', async () => {
    chromaStatus = 503;
    const { code, output } = await runOf(started({ WAIT_SECONDS: '2' }));
    assert.equal(code, 1);
    assert.match(output, /Chroma does not answer at 127\.0\.0\.1:\d+ after 2 s; remedy: see whether its pod is ready/);
    assert.doesNotMatch(output, /started as/);
  });

  it('waits for a graph that still loads its data', async () => {
    graphSays = () => '+OK\r\n-LOADING Redis is loading the dataset in memory\r\n';
    const running = started();
    await written(running, 'waiting for the graph');
    graphSays = () => '+OK\r\n+PONG\r\n';
    assert.match((await runOf(running)).output, /the graph answers\nstarted as/);
  });

  it('starts without a graph that does not come, and says so', async () => {
    const { code, output } = await runOf(started({ WAIT_SECONDS: '2', FALKORDB_PASSWORD: 'another' }));
    assert.equal(code, 0, output);
    assert.match(output, /the graph does not answer at .* after 2 s; .*whether both read the same password/);
    assert.match(output, /the server starts without the graph, and looks for it again at its next start only/);
    assert.match(output, /started as/);
    assert.ok(!output.includes('another'), 'the password is in the log');
  });

  it('gives up a connection into the void in time', async () => {
    const hanging = createServer(() => undefined);
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    try {
      const start = Date.now();
      const { code } = await runOf(started({ CHROMADB_PORT: portOf(hanging), WAIT_SECONDS: '3' }));
      assert.equal(code, 1);
      assert.ok(Date.now() - start < 15_000);
    } finally {
      hanging.close();
    }
  });

  it('looks for no graph where there is none', async () => {
    const { code, output } = await runOf(started({ FALKORDB_PASSWORD: '' }));
    assert.equal(code, 0);
    assert.doesNotMatch(output, /graph/);
  });

  it('ends at once when it is told to while it waits', async () => {
    chromaStatus = 503;
    const running = started();
    await written(running, 'waiting for Chroma');
    const { afterMs, code } = await running.stop(30);
    assert.equal(code, 143);
    assert.ok(afterMs < 7000, `after ${afterMs} ms`);
  });

  it('hands signals to the server, which it has become', async () => {
    const running = started({}, [
      'bash',
      '-c',
      'trap "echo told; exit 7" TERM; echo serves; while :; do sleep 0.1; done',
    ]);
    await written(running, 'serves');
    assert.equal((await running.stop(30)).code, 7);
  });
});
