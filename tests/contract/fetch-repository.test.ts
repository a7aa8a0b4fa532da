import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../operate/base/child';
import { runOf, type ScriptRun, startPython, written } from '../support/contract/engine-scripts';
import { GitRemote } from '../support/contract/git-remote';
import { orSkip } from '../support/contract/missing';
import type { Running } from '../support/contract/process';

describe('fetching a repository', function () {
  this.timeout(60_000);
  let remote: GitRemote;
  let folder: string;
  const following: Running[] = [];

  before(async function () {
    remote = await orSkip(this, () => GitRemote.started());
    await remote.create('alpha');
    await remote.commit('alpha', { 'a.py': 'a = 1\n', 'src/b.py': 'b = 1\n', '.gitignore': 'ignored\n' });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-repos-'));
    mkdirSync(join(folder, 'credentials'));
    writeFileSync(join(folder, 'credentials', 'password'), remote.token);
  });
  afterEach(async () => {
    await Promise.all(following.splice(0).map((each) => each.stop()));
    rmSync(folder, { recursive: true, force: true });
  });
  after(() => remote?.stop());

  const directory = () => join(folder, 'repos', 'alpha');
  const path = (name: string) => join(directory(), name);
  const content = (name: string) => readFileSync(path(name), 'utf8');
  const files = () => readdirSync(directory()).filter((name) => !['.git', '.fetch.lock'].includes(name));

  function start(env: Readonly<Record<string, string>> = {}): Running {
    mkdirSync(join(folder, 'tmp'), { recursive: true });
    return startPython('fetch-repository.py', [], {
      REPO_NAME: 'alpha',
      REPO_URL: remote.url('alpha'),
      REPO_DIR: directory(),
      CREDENTIALS_DIR: join(folder, 'credentials'),
      GIT_SSL_CAINFO: remote.certificateFile,
      TMPDIR: join(folder, 'tmp'),
      ...env,
    });
  }
  const fetch = async (env?: Readonly<Record<string, string>>): Promise<ScriptRun> => runOf(start(env));

  it('brings the files of the newest commit, and nothing of its past', async () => {
    const run = await fetch();
    assert.equal(run.code, 0, run.output);
    assert.match(run.lastLine, /^alpha: at [0-9a-f]{12} \(HEAD\), \d+\.\d s$/);
    assert.deepEqual(files().sort(), ['.gitignore', 'a.py', 'src']);
    assert.equal(git('rev-list', '--count', 'HEAD'), '1');
    assert.deepEqual(readdirSync(join(folder, 'tmp')), [], 'nothing is left in the scratch folder');
  });

  it('writes its credentials nowhere', async () => {
    const run = await fetch();
    assert.equal(run.code, 0, run.output);
    assert.ok(!run.output.includes(remote.token));
    assert.throws(() => execFileSync('grep', ['--recursive', '--quiet', remote.token, directory()]));
  });

  it('takes an address with a password for a mistake, and does not repeat it', async () => {
    const run = await fetch({ REPO_URL: 'https://me:hunter2@example.org/x.git' });
    assert.deepEqual([run.code, run.lastLine], [1, 'alpha: REPO_URL holds credentials; put them into a Secret']);
  });

  it('waits for credentials that are not there yet, says how they are brought, and goes on by itself', async () => {
    rmSync(join(folder, 'credentials', 'password'));
    const running = start({ BROUGHT_BY: 'kubectl -n ns create secret generic git' });
    following.push(running);
    await written(
      running,
      /^alpha: there is neither .* waiting for credentials, brought by: kubectl -n ns create secret generic git$/m,
    );
    assert.equal(existsSync(path('.git')), false);
    writeFileSync(join(folder, 'credentials', 'password'), remote.token);
    const run = await runOf(running);
    assert.deepEqual([run.code, content('a.py')], [0, 'a = 1\n'], run.output);
  });

  for (const mode of ['once', 'follow']) {
    it(`waits for others where the remote refuses the credentials (${mode}), and does not ask again with the same`, async () => {
      writeFileSync(join(folder, 'credentials', 'password'), 'wrong');
      const running = start({ MODE: mode, INTERVAL_SECONDS: '60' });
      following.push(running);
      await written(running, /alpha: git fetch: fatal: Authentication failed for .*; waiting for credentials/);
      const asked = remote.requests;
      await new Promise((resolve) => setTimeout(resolve, 2500));
      assert.deepEqual([remote.requests, running.hasEnded], [asked, false], 'an account would be locked');
      writeFileSync(join(folder, 'credentials', 'password'), remote.token);
      await written(running, /alpha: at [0-9a-f]{12}/);
      assert.equal(content('a.py'), 'a = 1\n');
    });
  }

  it('ends with a message where a remote asks for credentials and the stack names none', async () => {
    const run = await fetch({ CREDENTIALS_DIR: '' });
    assert.equal(run.code, 1);
    assert.match(run.lastLine, /^alpha: git fetch: fatal: Authentication failed for/);
  });

  it('ends at once while it waits for credentials', async () => {
    rmSync(join(folder, 'credentials', 'password'));
    const running = start();
    await written(running, 'waiting for credentials');
    const { code, afterMs } = await running.stop();
    assert.deepEqual([code, afterMs < 2000], [143, true]);
  });

  it('takes a branch, a tag and a commit', async () => {
    await remote.commit('alpha', { 'a.py': 'branch\n' }, 'work');
    assert.equal((await fetch({ REPO_REF: 'work' })).code, 0);
    assert.equal(content('a.py'), 'branch\n');
    const commit = (await remote.head('alpha')) ?? '';
    const pinned = await fetch({ REPO_REF: commit });
    assert.equal(pinned.code, 0, pinned.output);
    assert.equal(content('a.py'), 'a = 1\n');
    const before = remote.requests;
    assert.equal((await fetch({ REPO_REF: commit })).code, 0);
    assert.equal(remote.requests, before, 'a commit that is there needs no remote');
    const unknown = await fetch({ REPO_REF: 'no-such' });
    assert.match(unknown.lastLine, /couldn't find remote ref no-such/);
    assert.equal(content('a.py'), 'a = 1\n', 'what is there stays');
  });

  it('keeps the state of Context Engine, and removes everything else that is not of the commit', async () => {
    mkdirSync(path('.codebase'), { recursive: true });
    writeFileSync(path('.codebase/cache.json'), 'state');
    assert.equal((await fetch()).code, 0);
    writeFileSync(path('a.py'), 'changed\n');
    writeFileSync(path('ignored'), '');
    writeFileSync(path('stray.py'), '');
    assert.equal((await fetch()).code, 0);
    assert.deepEqual(files().sort(), ['.codebase', '.gitignore', 'a.py', 'src']);
    assert.deepEqual([content('a.py'), content('.codebase/cache.json')], ['a = 1\n', 'state']);
  });

  it("does not write a repository's own state over that of Context Engine", async () => {
    await remote.create('stateful');
    await remote.commit('stateful', { 'a.py': '1\n', '.codebase/cache.json': 'of the repository' });
    mkdirSync(path('.codebase'), { recursive: true });
    writeFileSync(path('.codebase/cache.json'), 'state');
    const run = await fetch({ REPO_URL: remote.url('stateful') });
    assert.equal(run.code, 0, run.output);
    assert.equal((await fetch({ REPO_URL: remote.url('stateful') })).code, 0);
    assert.deepEqual([files().sort(), content('.codebase/cache.json')], [['.codebase', 'a.py'], 'state']);
  });

  it('refuses a folder that somebody else has filled', async () => {
    mkdirSync(directory(), { recursive: true });
    writeFileSync(path('thesis.tex'), 'years of work');
    const run = await fetch();
    assert.equal(run.code, 1);
    assert.match(run.lastLine, /holds thesis\.tex, which was not fetched by the stack; move it away$/);
    assert.equal(content('thesis.tex'), 'years of work');
    rmSync(path('thesis.tex'));
    execFileSync('git', ['init', '--quiet', directory()]);
    assert.match((await fetch()).lastLine, /holds a git repository that was not fetched by the stack; move it away$/);
  });

  it('never takes half a download for a repository', async () => {
    mkdirSync(path('.git.part/objects'), { recursive: true });
    remote.refuseWith = 500;
    const failed = await fetch();
    remote.refuseWith = undefined;
    assert.equal(failed.code, 1);
    assert.equal(existsSync(path('.git')), false);
    assert.equal((await fetch()).code, 0);
    writeFileSync(path('.git/index.lock'), '');
    rmSync(path('a.py'));
    assert.equal((await fetch()).code, 0, 'what a killed run has left is mended');
    assert.equal(content('a.py'), 'a = 1\n');
  });

  it('writes a link as a file, so that no repository reads what lies outside of it', async () => {
    await remote.create('linking');
    await remote.commit('linking', { 'a.py': '1\n' });
    const tree = join(folder, 'tree');
    const url = remote.url('linking').replace('https://', `https://x-access-token:${remote.token}@`);
    const script = `git clone -q ${url} ${tree} && cd ${tree} && ln -s /etc/passwd p.py && git add . &&
      git -c user.name=t -c user.email=t@e commit -qm l && git push -q`;
    const env = { PATH: process.env.PATH ?? '', HOME: folder, GIT_SSL_CAINFO: remote.certificateFile };
    const pushed = await runChild('sh', ['-c', script], { env });
    assert.equal(pushed.exitCode, 0, pushed.stderr);
    const run = await fetch({ REPO_URL: remote.url('linking') });
    assert.equal(run.code, 0, run.output);
    assert.equal(content('p.py'), '/etc/passwd');
  });

  it('follows the remote, stays at what it has while the remote fails, and ends at once', async () => {
    const running = start({ MODE: 'follow', INTERVAL_SECONDS: '0.2' });
    following.push(running);
    await written(running, /at [0-9a-f]{12}/);
    remote.refuseWith = 503;
    await written(running, /error: 503; it stays at [0-9a-f]{12}/);
    remote.refuseWith = undefined;
    await remote.commit('alpha', { 'a.py': 'a = 2\n' });
    await written(running, /\(HEAD\)[\s\S]*\(HEAD\)/);
    assert.equal(content('a.py'), 'a = 2\n');
    const { code, afterMs } = await running.stop();
    assert.equal(code, 143, running.output);
    assert.ok(afterMs < 2000, `${afterMs} ms`);
  });

  it('ends at once also while a remote keeps it waiting', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const running = start({ REPO_URL: `https://127.0.0.1:${port}/x.git` });
    await connected;
    const { code, afterMs } = await running.stop();
    assert.equal(code, 143, running.output);
    assert.ok(afterMs < 2000, `${afterMs} ms`);
    const late = await fetch({ REPO_URL: `https://127.0.0.1:${port}/x.git`, TIMEOUT_SECONDS: '0.5' });
    assert.match(late.lastLine, /git fetch took longer than 0 s|git fetch took longer than 1 s/);
    silent.close();
  });

  it('asks for the host key of an ssh remote, and shows its key to nobody without', async () => {
    rmSync(join(folder, 'credentials', 'password'));
    writeFileSync(join(folder, 'credentials', 'ssh-privatekey'), 'key');
    const running = start({ REPO_URL: 'git@example.org:x.git' });
    following.push(running);
    await written(running, 'alpha: there is no entry `known_hosts`: without it nobody knows whom the key is shown to');
  });

  it('says which folder cannot be written', async () => {
    writeFileSync(join(folder, 'repos'), '');
    const run = await fetch();
    assert.deepEqual([run.code, run.output.includes('Traceback')], [1, false]);
    assert.match(run.lastLine, /^alpha: .*repos.*: (Not a directory|File exists)$/);
  });

  function git(...args: string[]): string {
    return execFileSync('git', ['-C', directory(), '-c', 'safe.directory=*', ...args], { encoding: 'utf8' }).trim();
  }
});
