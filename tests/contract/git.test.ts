import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../../operate/base/failure';
import { copyBranch, type GitOptions, remoteHead } from '../../operate/git/remote';
import { GitRemote } from '../support/contract/git-remote';
import { orSkip } from '../support/contract/missing';
import { withEnvironment } from '../support/unit/operate';

describe('git remotes, as commands read them', function () {
  this.timeout(30_000);
  let remote: GitRemote;
  let folder: string;
  const withToken = (): GitOptions => ({ credentials: { token: remote.token, origin: 'the token of the test' } });

  before(async function () {
    remote = await orSkip(this, GitRemote.started);
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-git-'));
    await remote.create('kept');
    await remote.commit('kept', { 'global/one.md': 'one\n' });
    await remote.create('empty');
  });
  afterEach(() => {
    if (remote) remote.refuseWith = undefined;
  });
  after(async () => {
    await remote?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the operator's own git is set up with in these tests. */
  const own = (config = '') => {
    const file = join(folder, 'gitconfig');
    writeFileSync(file, config);
    return { GIT_SSL_CAINFO: remote.certificateFile, GIT_CONFIG_GLOBAL: file, GIT_CONFIG_SYSTEM: '/dev/null' };
  };
  const branch = (name: string, of = 'main') => ({ url: remote.url(name), branch: of });
  const trusted = <T>(work: () => Promise<T>, config?: string) => withEnvironment(own(config), work);
  const failing = (work: Promise<unknown>, message: RegExp, remedy = /FLEET_GIT_TOKEN/) =>
    assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.match(error.message, message);
      assert.match(error.remedy, remedy);
      assert.doesNotMatch(`${error.message}${error.remedy}`, new RegExp(remote.token));
      return true;
    });

  it('tell their newest commit and its date', async () => {
    const head = await trusted(() => remoteHead(branch('kept'), withToken()));
    assert.equal(head?.commit, await remote.head('kept'));
    assert.ok(Math.abs(Date.now() - (head?.date.getTime() ?? 0)) < 60_000);
  });

  it('have none where there is no such branch', async () => {
    assert.equal(await trusted(() => remoteHead(branch('empty'), withToken())), undefined);
    assert.equal(await trusted(() => remoteHead(branch('kept', 'other'), withToken())), undefined);
  });

  it('are copied with their files, and the copy knows no remote', async () => {
    const place = join(folder, 'copy');
    const head = await trusted(() => copyBranch(branch('kept'), place, withToken()));
    assert.equal(head?.commit, await remote.head('kept'));
    assert.equal(readFileSync(join(place, 'global', 'one.md'), 'utf8'), 'one\n');
    const config = readFileSync(join(place, '.git', 'config'), 'utf8');
    assert.doesNotMatch(config, /remote|localhost/);
    assert.doesNotMatch(config, new RegExp(remote.token));
  });

  it('are read with what the own git is set up with, where no token is known', async () => {
    const helper = `[credential]\n  helper = "!f() { echo username=x-access-token; echo password=${remote.token}; }; f"\n`;
    const head = await trusted(() => remoteHead(branch('kept'), { credentials: { origin: 'your own git' } }), helper);
    assert.equal(head?.commit, await remote.head('kept'));
  });

  it('never give a token to the own credential helpers to keep', async () => {
    const kept = join(folder, 'kept-by-helper');
    await trusted(() => remoteHead(branch('kept'), withToken()), `[credential]\n  helper = "!tee -a ${kept} #"\n`);
    assert.ok(!existsSync(kept));
  });

  it('ask nobody where there are no credentials, and name what may help', async () => {
    await trusted(() =>
      failing(remoteHead(branch('kept'), { credentials: { origin: 'your own git' } }), /cannot be read/),
    );
  });

  it('fail with their address and the reason: a refused token, a service that is down, a repository that is not there', async () => {
    const wrong: GitOptions = { credentials: { token: 'another', origin: 'the token in FLEET_GIT_TOKEN' } };
    await trusted(() =>
      failing(remoteHead(branch('kept'), wrong), /kept\.git cannot be read: fatal: Authentication failed/),
    );
    await trusted(() =>
      failing(remoteHead(branch('nowhere'), withToken()), /nowhere\.git cannot be read: .*not found/),
    );
    remote.refuseWith = 503;
    await trusted(() => failing(remoteHead(branch('kept'), withToken()), /kept\.git cannot be read: .*503/));
  });

  it('fail in time where nothing answers', async () => {
    const silent = { ...withToken(), timeoutSeconds: 1 };
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const nobody = { url: `https://localhost:${port}/a.git`, branch: 'main' };
    await failing(remoteHead(nobody, silent), /no answer within 1 s/);
    server.close();
  });
});
