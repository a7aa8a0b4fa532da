import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { imageShell, machineShell, runBackup, type Shell, startBackup } from '../support/contract/backup-script';
import { orSkip } from '../support/contract/missing';
import { freePorts } from '../support/contract/ports';
import { events, StubServer, sessionHeader, toolResult, working } from '../support/contract/stub-server';

const synced = { status: 'sync complete', pull: 'up-to-date', branch: 'main' };

for (const [name, obtainShell] of [
  ['the shell of this machine', machineShell],
  ['the tools of its image', imageShell],
] as const) {
  describe(`the backup script, with ${name}`, function () {
    this.timeout(30_000);
    let shell: Shell;
    let stub: StubServer | undefined;

    before(async function () {
      this.timeout(0);
      shell = await orSkip(this, obtainShell);
    });
    afterEach(async () => {
      await stub?.stop();
      stub = undefined;
    });

    async function against(answer: Parameters<typeof StubServer.started>[0], timeoutSeconds = 20) {
      stub = await StubServer.started(answer);
      return runBackup(shell, { MCP_URL: stub.url, TIMEOUT_SECONDS: String(timeoutSeconds) });
    }

    it('speaks one session from beginning to end, and prints what sync answered', async () => {
      const run = await against(working(({ id }, response) => events(response, toolResult(id, synced))));
      assert.deepEqual(run, {
        code: 0,
        output: JSON.stringify(synced),
        lastLine: JSON.stringify(synced),
        leftovers: [],
      });
      assert.deepEqual(stub?.seen, ['POST initialize', 'POST notifications/initialized', 'POST tools/call', 'DELETE']);
    });

    it('understands an answer that is no event stream, and notifications before the response', async () => {
      const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1, progressToken: 1 } };
      const streamed = await against(working(({ id }, response) => events(response, progress, toolResult(id, synced))));
      assert.equal(streamed.code, 0, streamed.output);
      await stub?.stop();
      const plain = await against(
        working(({ id }, response) => response.writeHead(200).end(JSON.stringify(toolResult(id, synced), null, 0))),
      );
      assert.equal(plain.code, 0, plain.output);
    });

    it('fails on an error of the protocol within status 200, with its message', async () => {
      const error = { code: -32603, message: 'sync failed for 1/1 repos: default: push failed' };
      const run = await against(working(({ id }, response) => events(response, { jsonrpc: '2.0', id, error })));
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /^backup failed: sync: .*sync failed for 1\/1 repos: default: push failed/);
      assert.equal(stub?.seen.at(-1), 'DELETE', 'the session is ended all the same');
    });

    it('fails on an error of the tool within a result', async () => {
      const result = { content: [{ type: 'text', text: 'no' }], isError: true };
      const run = await against(working(({ id }, response) => events(response, { jsonrpc: '2.0', id, result })));
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /^backup failed: sync: /);
    });

    it('fails where nothing was pushed, because there is no remote', async () => {
      const run = await against(
        working(({ id }, response) => events(response, toolResult(id, { ...synced, pull: 'no-remote' }))),
      );
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /^backup failed: sync: the server has no remote/);
    });

    it('fails on an answer that it does not know, an empty one included', async () => {
      const unknown = await against(
        working(({ id }, response) => events(response, toolResult(id, { status: 'later' }))),
      );
      assert.equal(unknown.code, 1);
      assert.match(unknown.lastLine, /^backup failed: sync: not a known answer: .*later/);
      await stub?.stop();
      const empty = await against(working((_, response) => events(response)));
      assert.equal(empty.code, 1);
      assert.match(empty.lastLine, /^backup failed: sync: the server sent no response/);
    });

    it('fails where no session is opened', async () => {
      const run = await against((message, response) => {
        response.writeHead(200).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} }));
      });
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /^backup failed: initialize: the server opened no session/);
    });

    it('fails on a status of HTTP, with its text', async () => {
      const run = await against((_, response) => response.writeHead(500).end('rate limit\nexceeded'));
      assert.equal(run.code, 1);
      assert.equal(run.lastLine, 'backup failed: initialize: HTTP status 500: rate limit exceeded');
    });

    it('waits where it is refused at first, as a pod is whose network policies are not enforced yet', async () => {
      const ports = await freePorts([1]);
      stub = await StubServer.started(working(({ id }, response) => events(response, toolResult(id, synced))));
      const { finished } = startBackup(shell, { MCP_URL: `http://127.0.0.1:${ports[1]}/mcp` });
      await sleep(1500);
      const to = Number(new URL(stub.url).port);
      const late = createServer((socket) => socket.pipe(connect(to, '127.0.0.1')).pipe(socket));
      late.listen(ports[1], '127.0.0.1');
      const run = await finished;
      late.close();
      assert.equal(run.code, 0, run.output);
    });

    it('fails where nobody listens', async () => {
      const ports = await freePorts([1]);
      const run = await runBackup(shell, { MCP_URL: `http://127.0.0.1:${ports[1]}/mcp`, TIMEOUT_SECONDS: '2' });
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /^backup failed: initialize: curl: \(7\)/);
      assert.deepEqual(run.leftovers, []);
    });

    it('fails in time where the answer does not come', async () => {
      const start = Date.now();
      const silent = working((_, response) => response.writeHead(200, sessionHeader).write('data: \n\n'));
      const run = await against(silent, 3);
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /^backup failed: sync: no answer within the time/);
      assert.ok(Date.now() - start < 9000);
    });

    it('says so when it is stopped, and leaves no session and no file', async () => {
      stub = await StubServer.started(working(() => undefined));
      const { process, finished } = startBackup(shell, { MCP_URL: stub.url });
      while (!stub.seen.includes('POST tools/call')) await sleep(20);
      process.signal('SIGTERM');
      const run = await finished;
      assert.equal(run.code, 1);
      assert.equal(run.lastLine, 'backup failed: stopped before it was done');
      assert.equal(stub.seen.at(-1), 'DELETE');
      assert.deepEqual(run.leftovers, []);
    });

    it('refuses settings that cannot work, before it calls anybody', async () => {
      for (const [env, expected] of [
        [{}, /MCP_URL is not set/],
        [{ MCP_URL: 'http://127.0.0.1:9', TIMEOUT_SECONDS: '5m' }, /TIMEOUT_SECONDS is not a number/],
        [{ MCP_URL: 'http://127.0.0.1:9', MCP_TOKEN: 'a\nb' }, /MCP_TOKEN has more than one line/],
      ] as const) {
        const run = await runBackup(shell, env);
        assert.equal(run.code, 1);
        assert.match(run.lastLine, expected);
      }
    });

    it('sends its token as bearer, without the line break of a file, and shows it to nobody', async () => {
      const token = 'secret "quoted" \\ token';
      const given: (string | undefined)[] = [];
      const answer = working(({ id }, response) => events(response, toolResult(id, synced)));
      stub = await StubServer.started((message, response, request) => {
        given.push(request.headers.authorization);
        // Long enough for the arguments of every process of the run to be read.
        setTimeout(() => answer(message, response, request), 300);
      });
      const { process, finished } = startBackup(shell, { MCP_URL: stub.url, MCP_TOKEN: `${token}\n` });
      const shown = argumentsOfChildren(process.pid);
      const run = await finished;
      assert.equal(run.code, 0, run.output);
      assert.deepEqual([...new Set(given)], [`Bearer ${token}`]);
      assert.match(await shown, /curl/);
      assert.doesNotMatch(`${await shown}${run.output}`, /secret/);
    });
  });
}

/** The arguments of a process and of its children, while they run. */
async function argumentsOfChildren(pid: number): Promise<string> {
  const { readFileSync } = await import('node:fs');
  let seen = '';
  for (let i = 0; i < 40; i++) {
    try {
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      for (const one of [String(pid), ...children]) seen += readFileSync(`/proc/${one}/cmdline`, 'utf8');
    } catch {
      // A process that ended in between.
    }
    await sleep(20);
  }
  return seen;
}
