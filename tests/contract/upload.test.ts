import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChild } from '../../operate/base/child';
import { pack, workingTree } from '../../operate/commands/repos/working-tree';
import { engineScript, runOf, startPython, written } from '../support/contract/engine-scripts';
import { orSkip } from '../support/contract/missing';
import { Running } from '../support/contract/process';
import { requiredPython } from '../support/contract/python';

describe('an upload of a working tree, with the real archive and the real script of the container', function () {
  this.timeout(60_000);
  const { signal } = new AbortController();
  let folder: string;
  let python: string;

  before(async function () {
    python = await orSkip(this, requiredPython);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-upload-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const repository = (path = '') => join(folder, 'repos', 'website', path);
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const env = () => ({
    REPO_NAME: 'website',
    REPO_DIR: repository(),
    STAGING_DIR: join(folder, 'repos', '.upload', 'website'),
    WAIT_SECONDS: '20',
    PATH: process.env.PATH ?? '',
  });
  const staging = () => join(folder, 'repos', '.upload', 'website');

  async function waiting(): Promise<Running> {
    const container = startPython('receive.py', ['wait'], env());
    await written(container, 'waits for an upload');
    return container;
  }
  async function archived(): Promise<string> {
    const archive = join(folder, 'tree.tar.gz');
    await pack(await workingTree(join(folder, 'tree'), ['.codebase'], signal), archive, signal);
    return archive;
  }
  async function upload(): Promise<string> {
    const container = await waiting();
    const archive = await archived();
    // As through an exec, the input does not end with the archive.
    const input = `{ cat "$0"; sleep 5; } | "$1" "$2" unpack ${statSync(archive).size}`;
    const shell = ['-c', input, archive, python, engineScript('receive.py')];
    const unpacking = new Running('sh', shell, env());
    const run = await runOf(container);
    assert.equal(run.code, 0, `${run.output} ${unpacking.output}`);
    assert.equal(unpacking.hasEnded, false, 'the end of the input was not waited for');
    await unpacking.stop(0);
    return run.lastLine;
  }

  it('becomes the content of the repository, again and again', async () => {
    write('tree/a.py', 'a = 1\n');
    write('tree/src/b ü.py', 'b = 1\n');
    write('tree/-x', 'odd\n');
    assert.equal(await upload(), 'website: 3 files, 3 of them changed, 0 removed');
    assert.equal(readFileSync(repository('src/b ü.py'), 'utf8'), 'b = 1\n');
    const { ino } = statSync(repository('a.py'));
    mkdirSync(repository('.codebase'));
    writeFileSync(repository('.codebase/cache.json'), 'state');
    rmSync(join(folder, 'tree', 'src'), { recursive: true });
    write('tree/src', 'a file by now\n');
    assert.equal(await upload(), 'website: 3 files, 1 of them changed, 1 removed');
    assert.equal(readFileSync(repository('src'), 'utf8'), 'a file by now\n');
    assert.equal(statSync(repository('a.py')).ino, ino, 'what has not changed is not touched');
    assert.equal(readFileSync(repository('.codebase/cache.json'), 'utf8'), 'state');
    assert.equal(existsSync(staging()), false);
  });

  it('leaves the repository as it was when it breaks off', async () => {
    write('tree/a.py', 'a = 1\n');
    await upload();
    write('tree/a.py', 'a = 2\n');
    const container = await waiting();
    const archive = await archived();
    const half = join(folder, 'half');
    writeFileSync(half, readFileSync(archive).subarray(0, 60));
    const { exitCode, stderr } = await runChild(
      'sh',
      ['-c', `"$0" "$1" unpack ${statSync(archive).size} <"$2"`, python, engineScript('receive.py'), half],
      { env: env() },
    );
    assert.equal(exitCode, 1);
    assert.match(stderr, /^website: |the upload broke off/);
    const { code, afterMs } = await container.stop();
    assert.deepEqual([code, afterMs < 3000], [143, true]);
    assert.equal(readFileSync(repository('a.py'), 'utf8'), 'a = 1\n');
    assert.equal(existsSync(staging()), false);
  });

  it('takes in plain files only, and none outside of the repository', async () => {
    write('tree/a.py', 'a = 1\n');
    write('outside', '');
    symlinkSync('/etc/passwd', join(folder, 'tree', 'link.py'));
    const container = await waiting();
    const archive = join(folder, 'bad.tar.gz');
    const made = ['-czf', archive, '-C', join(folder, 'tree'), '-P', 'a.py', 'link.py', '../outside'];
    assert.equal((await runChild('tar', made, { env: env() })).exitCode, 0);
    const command = `"$0" "$1" unpack ${statSync(archive).size} <"$2"`;
    const refused = await runChild('sh', ['-c', command, python, engineScript('receive.py'), archive], { env: env() });
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /outside/);
    await container.stop();
    assert.deepEqual([existsSync(repository('a.py')), existsSync(join(folder, 'repos', 'outside'))], [false, false]);
  });

  it('is refused by a folder that holds what was not uploaded', async () => {
    write('repos/website/thesis.tex', 'years of work');
    const run = await runOf(startPython('receive.py', ['wait'], env()));
    assert.equal(run.code, 1);
    assert.match(run.lastLine, /holds thesis\.tex, which was not uploaded; move it away$/);
  });

  it('is not waited for without end', async () => {
    const run = await runOf(startPython('receive.py', ['wait'], { ...env(), WAIT_SECONDS: '0.1' }));
    assert.deepEqual(
      [run.code, run.lastLine],
      [1, 'website: nothing was uploaded within 0 s; remedy: npx fleet repos upload'],
    );
  });
});
