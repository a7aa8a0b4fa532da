import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineScript, runOf, startPython, written } from '../support/contract/engine-scripts';
import { FileServer, page } from '../support/contract/file-server';
import { orSkip } from '../support/contract/missing';
import { freePorts } from '../support/contract/ports';
import { Running } from '../support/contract/process';
import { requiredPython } from '../support/contract/python';

describe('the small scripts of the containers of Context Engine', function () {
  this.timeout(30_000);
  let folder: string;
  let python: string;

  before(async function () {
    python = await orSkip(this, requiredPython);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-engine-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('prepare', () => {
    it('makes the folders, and lets those be that are there', async () => {
      const [one, two] = [join(folder, 'a', '.codebase'), join(folder, 'b')];
      mkdirSync(two);
      writeFileSync(join(two, 'kept'), '');
      const run = await runOf(startPython('prepare.py', [one, two], {}));
      assert.deepEqual([run.code, run.output], [0, `${one} is there\n${two} is there`]);
      assert.ok(statSync(one).isDirectory() && existsSync(join(two, 'kept')));
    });

    it('says what to do with a volume that it may not write', async () => {
      // Also root cannot make a folder in a file.
      writeFileSync(join(folder, 'volume'), '');
      const run = await runOf(startPython('prepare.py', [join(folder, 'volume', 'alpha')], {}));
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /volume\/alpha cannot be written by \d+:\d+: Not a directory; remedy: let the volume/);
    });
  });

  describe('wait-for', () => {
    it('ends once a URL answers well and a folder is there', async () => {
      const server = await FileServer.started(Buffer.from('ready'));
      server.faults = [page(503), page(503)];
      const repository = join(folder, 'alpha');
      const process = startPython('wait-for.py', [server.url, repository], { WAIT_SECONDS: '20' });
      await written(process, `${server.url} is there`);
      assert.equal(server.seen.length, 3);
      mkdirSync(repository);
      const run = await runOf(process);
      await server.stop();
      assert.deepEqual([run.code, run.lastLine], [0, `${repository} is there`]);
    });

    it('gives up in time, with the reason and a remedy', async () => {
      const { 1: port } = await freePorts([1]);
      const url = `http://127.0.0.1:${port}/readyz`;
      const run = await runOf(startPython('wait-for.py', [url], { WAIT_SECONDS: '1' }));
      assert.equal(run.code, 1);
      assert.match(run.lastLine, /is not there after 1 s: .*refused; remedy: see whether its pod is ready/);
      const none = await runOf(startPython('wait-for.py', [join(folder, 'x')], { WAIT_SECONDS: '0' }));
      assert.match(none.lastLine, /there is no such folder; remedy: .*npx fleet repos list$/);
    });

    it('says at once what it waits for and what can be done, and waits without an end where none is named', async () => {
      const process = startPython('wait-for.py', [join(folder, 'x')], {});
      await written(process, /^waiting for .*x for 0 s: there is no such folder; remedy: .*npx fleet repos list$/m);
      mkdirSync(join(folder, 'x'));
      assert.equal((await runOf(process)).code, 0);
    });

    it('ends at once when it is told to', async () => {
      const process = startPython('wait-for.py', [folder, join(folder, 'x')], { WAIT_SECONDS: '60' });
      await written(process, 'is there');
      const { code, afterMs } = await process.stop();
      assert.deepEqual([code, afterMs < 2000], [143, true]);
    });
  });

  it('watch lets the watcher watch the repository, and look for its name from the folder above', async () => {
    // A stand-in for upstream's module: it reads WATCH_ROOT as that does, when it is imported.
    mkdirSync(join(folder, 'scripts'));
    mkdirSync(join(folder, 'repos', 'alpha'), { recursive: true });
    writeFileSync(
      join(folder, 'scripts', 'watch_index.py'),
      [
        'import os, pathlib, time',
        'ROOT = pathlib.Path(os.environ["WATCH_ROOT"]).resolve()',
        'def main():',
        '    print(ROOT, os.environ["WATCH_ROOT"], flush=True)',
        '    time.sleep(60)',
      ].join('\n'),
    );
    const root = join(folder, 'repos', 'alpha');
    const process = new Running(python, [engineScript('watch.py')], { PYTHONPATH: folder, WATCH_ROOT: root });
    await written(process, `${root} ${join(folder, 'repos')}`);
    const { code, afterMs } = await process.stop();
    assert.deepEqual([code, afterMs < 2000], [143, true]);
  });
});
