import assert from 'node:assert/strict';
import { migrateSerena } from '../../operate/commands/migrate/serena';
import { bringOver } from '../support/contract/bring-over';
import { FakeMemoryMcp, type FakeOptions } from '../support/contract/fake-memory-mcp';
import { initialize } from '../support/contract/http';
import { freePorts } from '../support/contract/ports';
import { migrated, printed, quick, SerenaTree } from '../support/contract/serena-tree';
import { withEnvironment } from '../support/unit/operate';

describe('a migration from Serena, when something goes wrong', function () {
  this.timeout(60_000);
  let tree: SerenaTree;
  let fake: FakeMemoryMcp | undefined;

  before(() => {
    tree = new SerenaTree();
    for (let i = 0; i < 5; i++) tree.write('shop', `note-${i}`, `Note ${i} about subject${i}.`);
  });
  afterEach(async () => {
    await fake?.stop();
    fake = undefined;
  });
  after(() => tree?.remove());

  async function serverWith(options: FakeOptions) {
    fake = await FakeMemoryMcp.started(options);
    return { fake, options: { ...tree.sources('shop'), global: false as const, url: fake.url } };
  }

  it('waits while the server allows no new session, and goes on', async () => {
    const { fake: limited, options } = await serverWith({ sessionLimit: 1, windowMs: 3000 });
    await initialize(Number(new URL(limited.url).port));
    assert.equal((await migrated(tree, options)).code, 0);
    assert.ok(limited.sessionsAsked > 2, 'it was refused and asked again');
  });

  it('needs one session, however many memories there are', async () => {
    const { fake: server, options } = await serverWith({});
    assert.equal((await migrated(tree, options)).code, 0);
    assert.equal(server.sessionsAsked, 1);
  });

  it('goes on after answers of 429, 500, 502, 503 and 504', async () => {
    const statuses = [429, 500, 502, 503, 504];
    const { fake: server, options } = await serverWith({
      fault: ({ what, count }) => {
        const status = what === 'remember' ? statuses[(count - 1) / 2] : undefined;
        return status === undefined ? undefined : { status };
      },
    });
    const { code, findings } = await migrated(tree, options);
    assert.equal(code, 0, JSON.stringify(findings));
    assert.equal(server.counts.get('remember'), 10, 'each was refused once');
  });

  it('never remembers twice what arrived although its answer was lost', async () => {
    const { fake: server, options } = await serverWith({
      fault: ({ what, count }) => (what === 'remember' && count <= 3 ? { cut: 'after' } : undefined),
    });
    const { code, findings } = await migrated(tree, options);
    assert.equal(code, 0, JSON.stringify(findings));
    assert.equal(server.counts.get('remember'), 5);
    assert.deepEqual(
      findings.map(({ found }) => found.split(',')[0]),
      ['unchanged', 'unchanged', 'unchanged', 'remembered', 'remembered'],
    );
  });

  it('sends again what was cut off before it arrived, at every call', async () => {
    const { options } = await serverWith({
      fault: ({ what, count }) =>
        count === 1 && what !== 'initialize' && !what.includes('/') ? { cut: 'before' } : undefined,
    });
    assert.equal((await migrated(tree, options)).code, 0);
  });

  it('bears a slow server', async () => {
    const { options } = await serverWith({ fault: ({ what }) => (what === 'remember' ? { delayMs: 300 } : undefined) });
    assert.equal((await migrated(tree, options)).code, 0);
  });

  it('gives up on a server that stays busy, and says so', async () => {
    const { options } = await serverWith({ fault: ({ what }) => (what === 'remember' ? { status: 503 } : undefined) });
    await assert.rejects(migrated(tree, options), { name: 'Failure', message: /does not answer: .*made to fail/ });
  });

  it('says that the token has expired half-way, and completes with a new one', async () => {
    let expired = true;
    const { options } = await serverWith({
      fault: ({ what, count }) => (expired && what === 'remember' && count > 2 ? { status: 401 } : undefined),
    });
    await withEnvironment({ FLEET_TOKEN: 'secret-of-the-client' }, async () => {
      await assert.rejects(migrated(tree, options), (error: Error & { remedy?: string }) => {
        assert.match(error.message, /answers 401: it takes no such token/);
        assert.match(error.remedy ?? '', /renew the token .* run the command again/);
        assert.doesNotMatch(`${error.message}${error.remedy}`, /secret-of-the-client/);
        return true;
      });
      expired = false;
      const { code, findings } = await migrated(tree, options);
      assert.equal(code, 0);
      assert.equal(findings.filter(({ found }) => found.startsWith('unchanged')).length, 2);
    });
  });

  it('says that the server forgot the session', async () => {
    const { fake: server, options } = await serverWith({
      fault: ({ what, count }) => {
        if (what === 'remember' && count === 3) server.forgetSessions();
        return undefined;
      },
    });
    await assert.rejects(migrated(tree, options), /no longer knows the session: it was restarted/);
    assert.equal((await migrated(tree, options)).code, 0);
  });

  it('says at once that nobody is there', async () => {
    const { 1: port } = await freePorts([1]);
    const url = `http://127.0.0.1:${port}/mcp`;
    const started = Date.now();
    await assert.rejects(migrated(tree, { ...tree.sources('shop'), global: false, url }), {
      name: 'Failure',
      message: /does not answer: .*ECONNREFUSED/,
    });
    assert.ok(Date.now() - started < 5_000);
  });

  it('fails where a memory is lost behind its back, and says what is missing of it', async () => {
    const { fake: server, options } = await serverWith({
      fault: ({ what, count }) => {
        if (what === 'list' && count === 1) server.memories.call('forget', { name: 'note-3', scope: 'shop' });
        return undefined;
      },
    });
    const { code, ok, findings } = await migrated(tree, options);
    assert.deepEqual([code, ok], [1, false]);
    assert.deepEqual(
      findings.filter(({ status }) => status === 'failed').map(({ subject, found }) => [subject, found]),
      [['shop:note-3', 'remembered, NOT listed, NOT equal, NOT recalled']],
    );
  });

  it('ends between two memories when it is interrupted', async () => {
    const interrupt = new AbortController();
    const { fake: server, options } = await serverWith({
      fault: ({ what, count }) => {
        if (what === 'remember' && count === 2) interrupt.abort();
        return undefined;
      },
    });
    const run = tree.run(interrupt.signal);
    await assert.rejects(
      printed(() => migrateSerena(run, { ...options, apply: true, json: true }, quick)),
      { name: 'Interrupted' },
    );
    assert.ok((server.counts.get('remember') ?? 0) <= 2);
    assert.equal((await migrated(tree, options)).code, 0);
  });

  it('brings two hundred over in one session, and then knows that they are there', () => bringOver(200));
});
