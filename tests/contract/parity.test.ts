import assert from 'node:assert/strict';
import { type ParityOptions, parity } from '../../operate/commands/parity/parity';
import { openSession, type Session } from '../support/contract/client';
import { FakeMemoryMcp } from '../support/contract/fake-memory-mcp';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { migrated, printed, quick, SerenaTree } from '../support/contract/serena-tree';
import { Pod } from '../support/contract/server';

describe('the parity of Serena and a server', function () {
  this.timeout(120_000);
  let tree: SerenaTree;
  let session: Session;
  let pod: Pod;

  before(async function () {
    this.timeout(0);
    pod = await Pod.started({ memoryMcp: await orSkip(this, obtainMemoryMcp) });
    session = await openSession(pod.url());
    tree = new SerenaTree();
    tree.write('global', 'style guide', 'Tabs are forbidden.');
    tree.write('shop', 'layers', '\nOne\nTwo, see mem:global/style guide\nThree\n');
    tree.write('shop', 'a b', 'Renamed by hand.');
    await migrated(tree, options());
  });
  after(async () => {
    await session?.close();
    await pod?.remove();
    tree?.remove();
  });

  const options = (): ParityOptions => ({ ...tree.sources('shop'), rename: ['shop:a b=one'], url: pod.url() });
  const compared = (more: ParityOptions = options()) =>
    printed(() => parity(tree.run(), { json: true, ...more }, quick));

  it('holds after a migration, with the same options', async () => {
    const { code, ok, facts } = await compared();
    assert.deepEqual([code, ok], [0, true]);
    assert.deepEqual(facts.equal, ['global:style-guide', 'shop:one', 'shop:layers']);
    assert.deepEqual([facts.onlyHere, facts.onlyThere, facts.differing], [[], [], []]);
  });

  it('measures both sides', async () => {
    const { facts } = await compared();
    const latency = facts.latencyMilliseconds as Record<string, { samples: number; p50: number; p95: number }>;
    assert.deepEqual(Object.keys(latency), ['localRead', 'read', 'recall']);
    for (const { samples, p50, p95 } of Object.values(latency)) assert.ok(samples === 3 && p50 >= 0 && p95 >= p50);
    assert.ok((latency.read?.p50 ?? 0) > 0);
  });

  it('names what is on one side only, and shows what differs', async () => {
    await session.call('remember', { name: 'new', scope: 'shop', content: 'By an agent.' });
    await session.call('remember', { name: 'new', scope: 'elsewhere', content: 'Of no concern.' });
    tree.write('shop', 'later', 'By Serena.');
    tree.write('shop', 'layers', 'One\nTwo and a half, see mem:global/style guide\nThree\n');
    const { code, facts } = await compared();
    assert.equal(code, 1);
    assert.deepEqual([facts.onlyHere, facts.onlyThere], [['shop:later'], ['shop:new']]);
    const [{ place, diff } = { place: '', diff: '' }] = facts.differing as { place: string; diff: string }[];
    assert.equal(place, 'shop:layers');
    assert.match(diff, /^-Two and a half, see mem:global\/style-guide\n\+Two, see mem:global\/style-guide$/m);
  });

  it('cannot tell while a memory has no place', async () => {
    await assert.rejects(compared({ ...options(), rename: ['shop:a b=x y'] }), { name: 'Verdict' });
  });

  it('says that the server does not answer, and how long it took to find out', async () => {
    const fake = await FakeMemoryMcp.started();
    const { url } = fake;
    await fake.stop();
    await assert.rejects(compared({ ...options(), url }), (error: Error & { exitCode?: number }) => {
      assert.equal(error.exitCode, 2);
      assert.match(error.message, /does not answer: .*ECONNREFUSED[\s\S]*Found out after \d+\.\d s/);
      return true;
    });
  });

  it('says so too where the server goes away half-way', async () => {
    const fake = await FakeMemoryMcp.started({
      fault: ({ what }) => (what === 'recall' ? { status: 503 } : undefined),
    });
    await migrated(tree, { ...options(), url: fake.url }).catch(() => undefined);
    await assert.rejects(compared({ ...options(), url: fake.url }), /made to fail[\s\S]*after \d+\.\d s/);
    await fake.stop();
  });
});
