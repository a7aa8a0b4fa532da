import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageShell, machineShell, type Shell } from '../support/contract/backup-script';
import { engineScript, runOf, type ScriptRun } from '../support/contract/engine-scripts';
import { cutAfter, FileServer, page } from '../support/contract/file-server';
import { orSkip } from '../support/contract/missing';
import { freePorts } from '../support/contract/ports';
import { Running } from '../support/contract/process';

const model = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(300_000, 'm')]);
const other = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(300_000, 'o')]);
const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex');

for (const [name, obtainShell] of [
  ['the shell of this machine', machineShell],
  ['the tools of its image', imageShell],
] as const) {
  describe(`fetching a model, with ${name}`, function () {
    this.timeout(60_000);
    let shell: Shell;
    let server: FileServer;
    let folder: string;

    before(async function () {
      this.timeout(0);
      shell = await orSkip(this, obtainShell);
    });
    beforeEach(async () => {
      server = await FileServer.started(model);
      folder = mkdtempSync(join(tmpdir(), 'memory-fleet-models-'));
    });
    afterEach(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    function start(env: Readonly<Record<string, string>> = {}): Running {
      const [command = '', ...args] = shell.command;
      return new Running(command, [...args, engineScript('fetch-model.sh')], {
        ...shell.env,
        ...(env.MODEL_URL ? {} : { MODEL_URL: server.url }),
        MODEL_FILE: 'model.gguf',
        MODELS_DIR: join(folder, 'models'),
        DEADLINE_SECONDS: '30',
        ...env,
      });
    }
    const fetch = (env?: Readonly<Record<string, string>>): Promise<ScriptRun> => runOf(start(env));
    const path = () => join(folder, 'models', 'model.gguf');
    const here = () => readdirSync(join(folder, 'models')).sort();

    it('brings it once, and leaves nothing else but the note that it was checked', async () => {
      const first = await fetch();
      assert.equal(first.code, 0, first.output);
      assert.deepEqual(readFileSync(path()), model);
      assert.deepEqual(here(), ['.model.gguf.checked', 'model.gguf']);
      const again = await fetch();
      assert.deepEqual([again.code, again.lastLine], [0, 'model model.gguf: it is there']);
      assert.equal(server.seen.length, 1);
    });

    it('checks the checksum, also one in capitals', async () => {
      assert.equal((await fetch({ MODEL_SHA256: sha256(model).toUpperCase() })).code, 0);
      rmSync(join(folder, 'models'), { recursive: true });
      const wrong = await fetch({ MODEL_SHA256: sha256(other) });
      assert.equal(wrong.code, 1);
      assert.match(wrong.lastLine, new RegExp(`its checksum is ${sha256(model)}, not ${sha256(other)}; remedy: `));
      assert.deepEqual(here(), []);
    });

    describe('in parts', () => {
      const parts = ['a', 'b', 'c'].map((letter) => Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(50_000, letter)]));
      const names = parts.map((_, index) => `nomic-0000${index + 1}-of-00003.gguf`);
      const env = (more: Readonly<Record<string, string>> = {}) => ({
        MODEL_URL: new URL('/some/first-00001-of-00003.gguf?download=true', server.url).href,
        MODEL_FILE: 'nomic-00001-of-00003.gguf',
        ...more,
      });
      const inFolder = () => names.map((name) => readFileSync(join(folder, 'models', name)));
      beforeEach(() => {
        for (const [index, part] of parts.entries())
          server.files.set(`/some/first-0000${index + 1}-of-00003.gguf`, part);
      });

      it('brings all of them, beside each other, and once', async () => {
        const run = await fetch(env({ MODEL_SHA256: parts.map(sha256).join(' ') }));
        assert.equal(run.code, 0, run.output);
        assert.deepEqual(inFolder(), parts);
        assert.equal((await fetch(env({ MODEL_SHA256: parts.map(sha256).join(' ') }))).code, 0);
        assert.equal(server.seen.length, 3);
      });

      it('needs no checksums', async () => {
        assert.equal((await fetch(env())).code, 0);
        assert.deepEqual(inFolder(), parts);
      });

      it('fails with the name of the part that is wrong', async () => {
        const [first = '', , third = ''] = parts.map(sha256);
        const wrong = await fetch(env({ MODEL_SHA256: [first, third, third].join(' ') }));
        assert.equal(wrong.code, 1);
        assert.match(wrong.lastLine, /^model nomic-00002-of-00003\.gguf: its checksum is /);
      });

      it('ends at a signal, also in the middle of a part', async () => {
        server.faults = [(_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('GGUF')];
        const running = start(env());
        while (server.seen.length === 0) await new Promise((done) => setTimeout(done, 20));
        await new Promise((done) => setTimeout(done, 300));
        const { code, afterMs } = await running.stop();
        assert.equal(code, 143, running.output);
        assert.ok(afterMs < 2000, `${afterMs} ms`);
        assert.deepEqual(
          here().filter((name) => !name.startsWith('.')),
          [],
        );
      });
    });

    it('never takes a page for a model, whatever its status', async () => {
      server.faults = [page(200)];
      const run = await fetch();
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /sends no model in the format GGUF but text\/html; remedy: /);
      assert.deepEqual(here(), []);
    });

    it('tries again after an error of the server, but not where that cannot help', async () => {
      server.faults = [page(500), page(503)];
      const mended = await fetch();
      assert.equal(mended.code, 0, mended.output);
      assert.match(mended.output, /status 500; next try in 2 s/);
      rmSync(join(folder, 'models'), { recursive: true });
      server.faults = [page(404)];
      const gone = await fetch();
      assert.deepEqual([gone.code, server.seen.length], [1, 4]);
      assert.match(gone.lastLine, /answers 404; remedy: correct the URL of the model/);
    });

    it('continues what has broken off', async () => {
      server.faults = [cutAfter(server, 100_000)];
      const run = await fetch({ MODEL_SHA256: sha256(model) });
      assert.equal(run.code, 0, run.output);
      assert.match(run.output, /the connection broke off; next try in 1 s/);
      assert.match(server.seen[1]?.range ?? '', /^bytes=[1-9]\d*-$/);
      assert.deepEqual(readFileSync(path()), model);
    });

    it('starts over where the server sends no parts, or has another version by now', async () => {
      server.faults = [cutAfter(server, 100_000)];
      server.ranges = false;
      const whole = await fetch({ MODEL_SHA256: sha256(model) });
      assert.equal(whole.code, 0, whole.output);
      rmSync(join(folder, 'models'), { recursive: true });
      server.ranges = true;
      server.faults = [
        (request, response, next) => {
          cutAfter(server, 100_000)(request, response, next);
          server.content = other;
          server.etag = '"2"';
        },
      ];
      const newer = await fetch();
      assert.equal(newer.code, 0, newer.output);
      assert.deepEqual(readFileSync(path()), other);
    });

    it('is ended by a signal at once, and the next run continues', async () => {
      server.faults = [
        (_request, response) => {
          response
            .writeHead(200, { 'content-length': model.length, etag: server.etag })
            .write(model.subarray(0, 50_000));
        },
      ];
      const first = start();
      while (!existsSync(join(folder, 'models', '.model.gguf.part'))) await new Promise((done) => setTimeout(done, 20));
      await new Promise((done) => setTimeout(done, 300));
      const { code, afterMs } = await first.stop();
      assert.equal(code, 143, first.output);
      assert.ok(afterMs < 2000, `${afterMs} ms`);
      assert.equal(existsSync(path()), false);
      const next = await fetch();
      assert.equal(next.code, 0, next.output);
      assert.deepEqual(readFileSync(path()), model);
    });

    it('takes a part that is the whole already', async () => {
      assert.equal((await fetch()).code, 0);
      writeFileSync(join(folder, 'models', '.model.gguf.part'), model);
      writeFileSync(join(folder, 'models', '.model.gguf.origin'), `${server.url}\n"1"\n`);
      rmSync(path());
      const run = await fetch();
      assert.equal(run.code, 0, run.output);
      assert.equal(server.seen.at(-1)?.range, `bytes=${model.length}-`);
      assert.deepEqual(readFileSync(path()), model);
    });

    it('accepts a file that somebody put there only after the same checks', async () => {
      assert.equal((await fetch()).code, 0);
      rmSync(join(folder, 'models', '.model.gguf.checked'));
      const good = await fetch();
      assert.match(good.lastLine, /it was there, and is as long as the server says/);
      assert.equal(server.seen.at(-1)?.method, 'HEAD');
      writeFileSync(path(), model.subarray(0, 1000));
      const short = await fetch();
      assert.equal(short.code, 0, short.output);
      assert.deepEqual(readFileSync(path()), model);
      rmSync(join(folder, 'models', '.model.gguf.checked'));
      const { url } = server;
      await server.stop();
      const sealed = await fetch({ MODEL_URL: url, MODEL_SHA256: sha256(model) });
      server = await FileServer.started(model);
      assert.match(sealed.lastLine, /it was there, and has its checksum/);
    });

    it('fetches anew when URL or checksum change', async () => {
      assert.equal((await fetch()).code, 0);
      server.content = other;
      const changed = await fetch({ MODEL_URL: `${server.url}?v=2` });
      assert.equal(changed.code, 0, changed.output);
      assert.deepEqual(readFileSync(path()), other);
      server.content = model;
      assert.equal((await fetch({ MODEL_SHA256: sha256(model) })).code, 0);
      assert.deepEqual(readFileSync(path()), model);
    });

    it('shows its token to the host of the URL, and to no other by a redirect', async () => {
      const elsewhere = await FileServer.started(model);
      server.faults = [(_request, response) => response.writeHead(302, { location: localhost(elsewhere.url) }).end()];
      const running = start({ HF_TOKEN: 'hf_secret' });
      const run = await runOf(running);
      await elsewhere.stop();
      assert.equal(run.code, 0, run.output);
      assert.equal(server.seen[0]?.authorization, 'Bearer hf_secret');
      assert.equal(elsewhere.seen[0]?.authorization, undefined);
      assert.doesNotMatch(run.output, /hf_secret/);
    });

    it('gives up in time, with the reason', async () => {
      const { 1: port } = await freePorts([1]);
      const run = await fetch({ MODEL_URL: `http://127.0.0.1:${port}/model.gguf`, DEADLINE_SECONDS: '5' });
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /not fetched within 5 s: the host cannot be reached; remedy: give it more time/);
    });
  });
}

/** The same address by another name, so that curl takes it for another host. */
function localhost(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}
