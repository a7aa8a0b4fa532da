import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOf, type ScriptRun, startPython, written } from '../support/contract/engine-scripts';
import type { Running } from '../support/contract/process';

describe('copying a repository from a volume', function () {
  this.timeout(60_000);
  let folder: string;
  const following: Running[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-mirror-'));
    mkdirSync(join(folder, 'origin', 'src'), { recursive: true });
    writeFileSync(join(folder, 'origin', 'a.py'), 'a = 1\n');
    writeFileSync(join(folder, 'origin', 'src', 'b.py'), 'b = 1\n');
  });
  afterEach(async () => {
    await Promise.all(following.splice(0).map((each) => each.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  const origin = (path: string) => join(folder, 'origin', path);
  const copy = (path: string) => join(folder, 'repos', path);
  const names = (path = '') => readdirSync(copy(path)).filter((name) => name !== '.mirror.lock');
  const start = (env: Readonly<Record<string, string>> = {}) =>
    startPython('mirror-folder.py', [], {
      REPO_NAME: 'alpha',
      ORIGIN_DIR: join(folder, 'origin'),
      REPO_DIR: join(folder, 'repos'),
      ...env,
    });
  const mirrored = async (): Promise<ScriptRun> => {
    const run = await runOf(start());
    assert.equal(run.code, 0, run.output);
    return run;
  };

  it('brings every file, and says how many', async () => {
    const { lastLine } = await mirrored();
    assert.match(lastLine, /^alpha: 3 written, 0 removed, \d+\.\d s$/);
    assert.deepEqual(names().sort(), ['a.py', 'src']);
    assert.equal(readFileSync(copy('src/b.py'), 'utf8'), 'b = 1\n');
  });

  it('writes only what has changed, and removes what has gone', async () => {
    await mirrored();
    const before = statSync(copy('src/b.py')).ino;
    writeFileSync(origin('a.py'), 'a = 2\n');
    utimesSync(origin('a.py'), new Date(), new Date(Date.now() + 5000));
    writeFileSync(origin('c.py'), '');
    assert.match((await mirrored()).lastLine, /^alpha: 2 written, 0 removed/);
    assert.equal(statSync(copy('src/b.py')).ino, before);
    rmSync(origin('src'), { recursive: true });
    assert.match((await mirrored()).lastLine, /0 written, 1 removed/);
    assert.deepEqual(names().sort(), ['a.py', 'c.py']);
  });

  it('puts a file in the place of a folder, and a folder in that of a file', async () => {
    await mirrored();
    rmSync(origin('src'), { recursive: true });
    writeFileSync(origin('src'), 'a file now');
    rmSync(origin('a.py'));
    mkdirSync(origin('a.py'));
    await mirrored();
    assert.equal(readFileSync(copy('src'), 'utf8'), 'a file now');
    assert.ok(statSync(copy('a.py')).isDirectory());
  });

  it('leaves what Context Engine remembers alone, and brings none of it', async () => {
    mkdirSync(copy('.codebase'), { recursive: true });
    writeFileSync(copy('.codebase/state.json'), '{}');
    mkdirSync(origin('.codebase'));
    writeFileSync(origin('.codebase/state.json'), 'of somebody else');
    await mirrored();
    await mirrored();
    assert.equal(readFileSync(copy('.codebase/state.json'), 'utf8'), '{}');
  });

  it('refuses a folder that somebody else has filled, and removes nothing there', async () => {
    mkdirSync(copy(''), { recursive: true });
    writeFileSync(copy('thesis.tex'), 'years of work');
    const run = await runOf(start());
    assert.equal(run.code, 1);
    assert.match(run.lastLine, /repos holds thesis\.tex, which was not copied by the stack; move it away$/);
    assert.deepEqual(names(), ['thesis.tex']);
  });

  it('follows no link, which could lead out of the folder', async () => {
    writeFileSync(join(folder, 'secret'), 'not part of it');
    symlinkSync(join(folder, 'secret'), origin('link'));
    symlinkSync(folder, origin('folder'));
    await mirrored();
    assert.deepEqual(names().sort(), ['a.py', 'src']);
  });

  it('says where the origin is not there, and fails', async () => {
    renameSync(join(folder, 'origin'), join(folder, 'elsewhere'));
    const run = await runOf(start());
    assert.equal(run.code, 1);
    assert.match(run.lastLine, /^alpha: .*origin: the folder to copy is not there$/);
    assert.ok(!existsSync(copy('')));
  });

  it('follows changes while it is asked to, and ends at once when it is told to', async () => {
    const process = start({ MODE: 'follow', INTERVAL_SECONDS: '0.2' });
    following.push(process);
    await written(process, '3 written');
    writeFileSync(origin('new.py'), 'new\n');
    await written(process, '1 written');
    assert.equal(readFileSync(copy('new.py'), 'utf8'), 'new\n');
    process.signal('SIGTERM');
    assert.equal((await process.ended).code, 143);
  });

  it('goes on following when its origin was away for a while', async () => {
    const process = start({ MODE: 'follow', INTERVAL_SECONDS: '0.2' });
    following.push(process);
    await written(process, '3 written');
    renameSync(join(folder, 'origin'), join(folder, 'elsewhere'));
    await written(process, 'is not there; the next look is in 0.2 s');
    assert.deepEqual(names().sort(), ['a.py', 'src'], 'nothing is removed for want of an origin');
    renameSync(join(folder, 'elsewhere'), join(folder, 'origin'));
    writeFileSync(origin('back.py'), '');
    await written(process, '1 written');
  });
});
