import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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

  it('embeds anew once for a raised revision, whatever restarts the pod after that', async () => {
    for (const [said, embeds] of [
      [/\.memory-mcp-index\/.*\n/, true],
      [/has been taken away for revision 1 before/, false],
    ] as const) {
      await pod.stop();
      assert.match(beforeStart(1), said);
      await pod.start();
      assert.equal(reindexed.test(pod.process().output), embeds);
      assert.deepEqual(await recalled(), ['kept']);
    }
  });

  /** Runs the container that the plan has before the server for a revision. */
  function beforeStart(indexRevision: number): string {
    const [container] = planOf({ indexRevision }).pod.initContainers ?? [];
    const [program = '', ...args] = container?.command ?? [];
    const here = args.map((arg) => (arg === '/data' ? pod.volume('data') : arg));
    return execFileSync(program, here, { encoding: 'utf8' });
  }
});
