import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { openSession, type Session } from '../support/contract/client';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { migrated, SerenaTree } from '../support/contract/serena-tree';
import { Pod } from '../support/contract/server';

describe('a migration from Serena to the real memory-mcp', function () {
  this.timeout(300_000);
  let pod: Pod;
  let tree: SerenaTree;
  let session: Session;

  before(async function () {
    this.timeout(0);
    const server = { sessionRateLimit: 100 };
    pod = await Pod.started({ memoryMcp: await orSkip(this, obtainMemoryMcp) }, { memoryMcp: { server } });
    session = await openSession(pod.url());
    tree = new SerenaTree();
    tree.write('global', 'style guide', '\n\n# Style\n\nTabs are forbidden. See mem:global/env.\n');
    tree.write('global', 'env', 'KUBECONFIG lies elsewhere.\r\n');
    tree.write('shop', 'arch/layers', 'Layers of the shop. Follow mem:global/style guide and mem:deep/er/than/three.');
    tree.write('shop', 'deep/er/than/three', 'A memory that lies too deep.');
    tree.write('shop', 'Größe & Maß', 'Ein Text über Größe, Maß und 日本語.');
    tree.write('shop', '.hidden', 'Begins with a dot.');
    tree.write('shop', 'empty', '');
    tree.write('shop', 'front', '---\nname: evil\n---\nlooks like the front matter of the server');
    tree.write('shop', 'punctuation', '…!? — §');
  });
  after(async () => {
    await session?.close();
    await pod?.remove();
    tree?.remove();
  });

  const options = () => ({ ...tree.sources('shop'), url: pod.url() });

  async function stored(): Promise<Map<string, Record<string, unknown>>> {
    const { memories } = await session.call('list', { scope: 'all', limit: 100 });
    const places = memories as { name: string; scope: string }[];
    const read = await Promise.all(places.map(({ name, scope }) => session.call('read', { name, scope })));
    return new Map(read.map((memory) => [`${memory.scope}:${memory.name}`, memory]));
  }

  it('brings every memory under a name that the server takes, and proves it', async () => {
    const { code, findings } = await migrated(tree, options());
    assert.equal(code, 0, JSON.stringify(findings, null, 2));
    const expected = [
      ...['global:env', 'global:style-guide', 'shop:Größe-Maß', 'shop:arch/layers', 'shop:deep/er/than-three'],
      ...['shop:empty', 'shop:front', 'shop:hidden', 'shop:punctuation'],
    ];
    assert.deepEqual([...(await stored()).keys()].sort(), expected.sort());
    for (const { subject, found } of findings) {
      assert.equal(found, 'remembered, listed, equal, recalled', subject);
    }
  });

  it('keeps their words, and leads references to the new names', async () => {
    const all = await stored();
    assert.equal(all.get('global:style-guide')?.content, '# Style\n\nTabs are forbidden. See mem:global/env.\n');
    assert.equal(all.get('global:env')?.content, 'KUBECONFIG lies elsewhere.\r\n');
    assert.equal(
      all.get('shop:arch/layers')?.content,
      'Layers of the shop. Follow mem:global/style-guide and mem:deep/er/than-three.',
    );
    assert.deepEqual(all.get('shop:hidden')?.tags, ['serena']);
    assert.equal(all.get('shop:hidden')?.source, 'serena shop:.hidden');
  });

  it('changes nothing when it runs again', async () => {
    const before = await stored();
    const { code, findings } = await migrated(tree, options());
    assert.equal(code, 0);
    assert.ok(findings.every(({ found }) => found === 'unchanged, listed, equal, recalled'));
    assert.deepEqual(await stored(), before);
  });

  it('edits what changed in Serena, and nothing else', async () => {
    const before = await stored();
    tree.write('shop', 'arch/layers', 'Layers, rewritten.');
    const { code, findings } = await migrated(tree, options());
    assert.equal(code, 0);
    const changed = findings.filter(({ found }) => !found.startsWith('unchanged'));
    assert.deepEqual(
      changed.map(({ subject, found }) => [subject, found]),
      [['shop:arch/layers', 'edited, listed, equal, recalled']],
    );
    const [old, now] = [before.get('shop:arch/layers'), (await stored()).get('shop:arch/layers')];
    assert.deepEqual([now?.id, now?.created_at, now?.content], [old?.id, old?.created_at, 'Layers, rewritten.']);
  });

  it('does not write over what was changed on the server since, unless told to', async () => {
    const place = { name: 'hidden', scope: 'shop' };
    await session.call('edit', { ...place, content: 'Improved by an agent.' });
    const { code, findings } = await migrated(tree, options());
    assert.equal(code, 1);
    assert.match(
      findings.find(({ status }) => status === 'failed')?.found ?? '',
      /refused: the server's was changed later/,
    );
    assert.equal((await session.call('read', place)).content, 'Improved by an agent.');
    assert.equal((await migrated(tree, { ...options(), overwrite: true })).code, 0);
    assert.equal((await session.call('read', place)).content, 'Begins with a dot.');
  });

  it('leaves a memory alone that another one would overwrite', async () => {
    await session.call('remember', { name: 'taken', scope: 'shop/plans', content: 'An agent wrote this.' });
    tree.write('shop', 'plans/taken', 'Serena wrote this.');
    const { code, findings } = await migrated(tree, options());
    assert.equal(code, 1);
    assert.match(
      findings.find(({ status }) => status === 'failed')?.found ?? '',
      /refused: the server keeps shop\/plans:taken in the same file/,
    );
    assert.equal((await session.call('read', { name: 'taken', scope: 'shop/plans' })).content, 'An agent wrote this.');
    assert.equal((await migrated(tree, { ...options(), skip: ['shop:plans/taken'] })).code, 0);
  });

  it('refuses collisions until they are resolved, and has done nothing by then', async () => {
    tree.write('api', 'notes', 'Notes of the api.');
    tree.write('api', 'no tes', 'Others.');
    tree.write('api', 'no-tes', 'Others still.');
    const both = { ...tree.sources('api'), global: false as const, url: pod.url() };
    await assert.rejects(migrated(tree, both), { name: 'Verdict', message: /2 memories cannot be migrated/ });
    assert.ok(![...(await stored()).keys()].some((place) => place.startsWith('api:')));
    const { code } = await migrated(tree, { ...both, rename: ['api:no tes=archive:others'] });
    assert.equal(code, 0);
    const all = await stored();
    assert.equal(all.get('archive:others')?.content, 'Others.');
    assert.equal(all.get('api:no-tes')?.content, 'Others still.');
  });

  it('is harmless when two machines do it at once', async () => {
    for (let i = 0; i < 12; i++) tree.write('twice', `note-${i}`, `Note ${i} of two machines.`);
    const both = { ...tree.sources('twice'), global: false as const, url: pod.url() };
    const [one, other] = await Promise.all([migrated(tree, both, 'one'), migrated(tree, both, 'other')]);
    assert.deepEqual([one.code, other.code], [0, 0]);
    const found = [...(await stored()).keys()].filter((place) => place.startsWith('twice:'));
    assert.equal(found.length, 12);
  });

  it('is done once when one machine does it twice at once', async () => {
    for (let i = 0; i < 6; i++) tree.write('once', `note-${i}`, `Note ${i} of one machine.`);
    const both = { ...tree.sources('once'), global: false as const, url: pod.url() };
    const runs = await Promise.all([migrated(tree, both), migrated(tree, both)]);
    const outcomes = runs.map(({ findings }) => findings[0]?.found.split(',')[0]);
    assert.deepEqual(outcomes.sort(), ['remembered', 'unchanged']);
  });

  it('goes on after the server was killed half-way', async () => {
    const many = 80;
    for (let i = 0; i < many; i++) tree.write('killed', `note-${i}`, `Note ${i}, written before or after the kill.`);
    const both = { ...tree.sources('killed'), global: false as const, url: pod.url() };
    const started = Date.now();
    const first = migrated(tree, both);
    const failure = assert.rejects(first, (error: Error & { remedy?: string }) => {
      assert.equal(error.name, 'Failure');
      assert.match(error.message, /does not answer: .*ECONNREFUSED|no longer knows the session/);
      assert.match(error.remedy ?? '', /run the command again/);
      return true;
    });
    // Asked on the disk, and at the first of many: on a busy machine the server would answer when all are there, and on an
    // idle one it writes dozens between two looks.
    const written = () =>
      readdirSync(pod.folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
        /\/killed\/note-\d+\.md$/.test(path),
      );
    while (written().length === 0) await new Promise((resolve) => setImmediate(resolve));
    pod.process().signal('SIGKILL');
    await failure;
    assert.ok(Date.now() - started < 60_000, 'it does not wait for a server that is gone');
    await pod.process().ended;
    await pod.start();
    session = await openSession(pod.url());
    const { code, findings } = await migrated(tree, both);
    assert.equal(code, 0, JSON.stringify(findings));
    const before = findings.filter(({ found }) => found.startsWith('unchanged')).length;
    assert.ok(before > 0 && before < many, `${before} were there`);
  });

  it('only reads the folders of Serena', async () => {
    tree.write('shop', 'arch/layers', 'Layers, and once more.');
    const before = tree.snapshot();
    assert.equal((await migrated(tree, { ...options(), skip: ['shop:plans/taken'] })).code, 0);
    assert.deepEqual(tree.snapshot(), before);
  });
});
