import assert from 'node:assert/strict';
import { openSession, type Session } from '../support/contract/client';
import { FakeMemoryMcp } from '../support/contract/fake-memory-mcp';
import { initialize, send } from '../support/contract/http';
import { obtainMemoryMcp } from '../support/contract/memory-mcp-build';
import { orSkip } from '../support/contract/missing';
import { Pod } from '../support/contract/server';

/** A server to be looked at. */
interface Subject {
  readonly url: string;
  stop(): Promise<void>;
}

const subjects: Readonly<Record<string, (context: Mocha.Context) => Promise<Subject>>> = {
  'the real memory-mcp': async (context) => {
    const pod = await Pod.started({ memoryMcp: await orSkip(context, obtainMemoryMcp) });
    return { url: pod.url(), stop: () => pod.remove() };
  },
  'the fake memory-mcp': () => FakeMemoryMcp.started(),
};

/** One list of behaviours for both, so that what is tested with the fake holds for the real one. */
for (const [title, start] of Object.entries(subjects)) {
  describe(`${title}, as a migration relies on it`, function () {
    this.timeout(120_000);
    let subject: Subject;
    let session: Session;

    before(async function () {
      this.timeout(0);
      subject = await start(this);
      session = await openSession(subject.url);
    });
    after(async () => {
      await session?.close();
      await subject?.stop();
    });

    const refused = (tool: string, given: Record<string, unknown>, message: RegExp) =>
      assert.rejects(session.call(tool, given), { code: -32602, message });

    it('takes names of letters and digits of any script, up to three deep', async () => {
      for (const name of ['a/b/c', 'ünïcode', '日本語', '½', 'a..b', '-a', 'a.md', 'x'.repeat(240)]) {
        const { scope, ...rest } = await session.call('remember', { name, scope: 'names', content: name });
        assert.deepEqual([scope, rest.name], ['names', name]);
      }
    });

    it('refuses other names and scopes, and says which part', async () => {
      const remember = (name: string, scope = 'names') => [{ name, scope, content: 'x' }, 'remember'] as const;
      const wrong: [string, string | undefined, RegExp][] = [
        ['x y', undefined, /name 'x y' contains disallowed characters in component 'x y'/],
        ['e\u0301', undefined, /disallowed characters/],
        ['😀', undefined, /disallowed characters/],
        ['.x', undefined, /contains a dot-prefixed component '\.x'/],
        ['a//b', undefined, /contains an empty path component/],
        ['', undefined, /name must not be empty/],
        ['a/b/c/d', undefined, /exceeds maximum nesting depth of 3/],
        ['x', 'project:x', /scope path 'project:x' contains disallowed characters/],
        ['x', 'a/b/c/d/e/f/g/h/i/j/k', /exceeds maximum depth of 10 components/],
      ];
      for (const [name, scope, message] of wrong) {
        const [given, tool] = remember(name, scope);
        await refused(tool, given, message);
      }
    });

    it('gives a text back as it was, save for line feeds at its beginning', async () => {
      const texts = ['a\n\n', 'a\r\nb', '\r\na', '\ufeffa', '---\nname: x\n---\nb', '', '  a  ', 'a\u0000b', '\u2028a'];
      for (const content of texts) {
        await session.call('remember', { name: 'text', scope: 'texts', content });
        assert.equal((await session.call('read', { name: 'text', scope: 'texts' })).content, content);
      }
      await session.call('remember', { name: 'text', scope: 'texts', content: '\n\na\n' });
      assert.equal((await session.call('read', { name: 'text', scope: 'texts' })).content, 'a\n');
    });

    it('takes a text of 1 MiB and no byte more', async () => {
      const content = 'x'.repeat(1_048_576);
      await session.call('remember', { name: 'large', scope: 'texts', content });
      await refused(
        'remember',
        { name: 'larger', scope: 'texts', content: `${content}x` },
        /content size 1048577 exceeds/,
      );
    });

    it('remembers over what is there, with another id', async () => {
      const place = { name: 'twice', scope: 'texts' };
      const { id } = await session.call('remember', { ...place, content: 'one' });
      assert.notEqual((await session.call('remember', { ...place, content: 'two' })).id, id);
    });

    it('edits the content, and keeps id, tags, source and time of creation', async () => {
      const place = { name: 'edited', scope: 'texts' };
      await session.call('remember', { ...place, content: 'one', tags: ['t'], source: 's' });
      const { content: _, updated_at: then, ...before } = await session.call('read', place);
      await session.call('edit', { ...place, content: 'two' });
      const { content, updated_at, ...after } = await session.call('read', place);
      assert.deepEqual([content, after], ['two', before]);
      assert.ok(String(updated_at) > String(then));
    });

    it('does not find what is not there', async () => {
      await refused('read', { name: 'nothing', scope: 'texts' }, /memory not found: nothing/);
      await refused('edit', { name: 'nothing', scope: 'texts', content: 'x' }, /memory not found: nothing/);
      await refused('no_such_tool', {}, /tool not found/);
    });

    it('keeps scope a, name b/c and scope a/b, name c in one file', async () => {
      await session.call('remember', { name: 'b/c', scope: 'a', content: 'one' });
      await session.call('remember', { name: 'c', scope: 'a/b', content: 'two' });
      const { name, scope, content } = await session.call('read', { name: 'b/c', scope: 'a' });
      assert.deepEqual({ name, scope, content }, { name: 'c', scope: 'a/b', content: 'two' });
    });

    it('lists by scope and name, with the global scope and those below, by pages of at most 24 KiB', async () => {
      await session.call('remember', { name: 'everywhere', content: 'x' });
      // Long enough that 100 of them are no page.
      const names = Array.from({ length: 120 }, (_, i) => `${String(i).padStart(3, '0')}-${'x'.repeat(230)}`);
      for (const name of names) await session.call('remember', { name, scope: 'many/below', content: 'x' });
      const found: string[] = [];
      let pages = 0;
      let cursor: unknown;
      do {
        const given = { scope: 'many', limit: 100, fields: ['name', 'scope'], ...(cursor ? { cursor } : {}) };
        const text = await session.call('list', given);
        assert.equal(text.count, 121);
        const memories = text.memories as { name: string; scope: string }[];
        assert.ok(memories.length < 100 && JSON.stringify(memories).length <= 24 * 1024);
        found.push(...memories.map(({ name, scope }) => `${scope}:${name}`));
        cursor = text.next_cursor;
        assert.equal(text.has_more, cursor !== null);
        if (cursor) assert.match(String(cursor), /^lc1_/);
        pages += 1;
      } while (cursor);
      assert.deepEqual(found, ['global:everywhere', ...names.map((name) => `many/below:${name}`)]);
      assert.ok(pages > 1);
    });

    it('refuses a limit above 100 and a cursor of another scope', async () => {
      await refused('list', { limit: 101 }, /limit must be between 1 and 100/);
      await refused('list', { cursor: 'lc1_x' }, /invalid list cursor/);
      const { next_cursor: cursor } = await session.call('list', { scope: 'many', limit: 1 });
      await refused('list', { scope: 'texts', cursor }, /cursor belongs to a different scope query/);
    });

    it('recalls by words', async () => {
      await session.call('remember', { name: 'bird', scope: 'zoo', content: 'The capercaillie nests on the ground.' });
      const { results } = await session.call('recall', { query: 'capercaillie', scope: 'zoo', limit: 10 });
      assert.ok((results as { name: string }[]).some(({ name }) => name === 'bird'));
    });

    it('knows no session but its own, and wants one', async () => {
      const port = Number(new URL(subject.url).port);
      const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      const request = { port, path: '/mcp', method: 'POST', body };
      const unknown = await send({ ...request, headers: { ...headers, 'mcp-session-id': 'none' } });
      assert.deepEqual([unknown.status, unknown.body], [404, 'Not Found: Session not found']);
      assert.equal((await send({ ...request, headers })).status, 422);
    });

    it('opens ten sessions a minute, and answers 500 to the next', async () => {
      const port = Number(new URL(subject.url).port);
      const statuses: number[] = [];
      for (let i = 0; i < 9; i++) statuses.push((await initialize(port)).status);
      // The session of this suite and the request without one have taken two of the ten.
      assert.deepEqual(statuses, [...Array(8).fill(200), 500]);
      assert.match((await initialize(port)).body, /session creation rate limit exceeded/);
    });
  });
}
