import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openSession } from '../support/contract/client';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { Pod, planOf } from '../support/contract/server';

const reindexed = /rebuilding from scratch/;

describe('a restart of the real memory-mcp', function () {
  this.timeout(120_000);
  let pod: Pod;

  before(async function () {
    this.timeout(0);
    pod = await Pod.started({ memoryMcp: await orSkip(this, obtainMemoryMcp) });
    const session = await openSession(pod.url());
    await session.call('remember', { name: 'kept', content: 'through every restart' });
    await session.close();
  });
  after(() => pod?.remove());

  async function recalled(): Promise<string[]> {
    const session = await openSession(pod.url());
    const { results } = await session.call('recall', { query: 'restart' });
    await session.close();
    return (results as { name: string }[]).map(({ name }) => name);
  }

  it('saves the index on SIGTERM within the grace period, although a client still listens', async () => {
    const listening = await openSession(pod.url());
    const { 'memory-mcp': ended } = await pod.stop();
    assert.equal(ended?.code, 0, pod.process().output);
    assert.ok(ended.afterMs < (pod.spec.terminationGracePeriodSeconds ?? 0) * 1000);
    assert.match(pod.process().output, /vector index saved/);
    await listening.client.close();
  });

  it('then starts with that index and does not embed anew', async () => {
    await pod.start();
    assert.doesNotMatch(pod.process().output, reindexed);
    assert.deepEqual(await recalled(), ['kept']);
  });

  it('embeds everything anew after a kill, which is what the grace period is for', async () => {
    const session = await openSession(pod.url());
    await session.call('remember', { name: 'late', content: 'written before the kill' });
    await pod.process().stop(0, 'SIGKILL');
    await pod.start();
    assert.match(pod.process().output, reindexed);
    assert.deepEqual((await recalled()).sort(), ['kept', 'late'], 'nothing is lost but time');
    await session.client.close();
  });

  it('keeps the recall log when a raised revision takes the index away, which is then embedded anew', async () => {
    const session = await openSession(pod.url());
    const { recall_id } = await session.call('recall', { query: 'restart' });
    const verdict = { recall_id, memory: 'kept', verdict: 'applied' };
    assert.deepEqual(await session.call('mark_applied', verdict), { rows_affected: 1 });
    await session.close();
    await pod.stop();
    const before = indexFiles();
    assert.ok(before.length > 1, before.join());

    const removed = beforeStart(1);
    assert.deepEqual(
      indexFiles(),
      before.filter((file) => file.startsWith('recall_log.sqlite')),
    );
    assert.equal(
      removed.split('\n').filter((line) => line.includes('.memory-mcp-index')).length,
      before.length - indexFiles().length,
    );
    await pod.start();
    assert.match(pod.process().output, reindexed);
    assert.deepEqual((await recalled()).sort(), ['kept', 'late']);
    assert.match(JSON.stringify(await statistics()), /"applied":1/);
  });

  it('takes it away once for a revision, whatever restarts the pod', async () => {
    await pod.stop();
    const before = indexFiles();
    assert.match(beforeStart(1), /has been taken away for revision 1 before/);
    assert.deepEqual(indexFiles(), before);
    await pod.start();
    assert.doesNotMatch(pod.process().output, reindexed);
  });

  /** Files of the index, as paths in its folder. */
  function indexFiles(): string[] {
    const folder = join(pod.volume('data'), 'repo', '.memory-mcp-index');
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
  }

  /** Runs the container that the plan has before the server for a revision. */
  function beforeStart(indexRevision: number): string {
    const [container] = planOf({ indexRevision }).pod.initContainers ?? [];
    const [program = '', ...args] = container?.command ?? [];
    const here = args.map((arg) => (arg === '/data' ? pod.volume('data') : arg));
    return execFileSync(program, here, { encoding: 'utf8' });
  }

  async function statistics(): Promise<unknown> {
    const session = await openSession(pod.url());
    const answer = await session.call('recall_stats', {});
    await session.close();
    return answer;
  }
});
