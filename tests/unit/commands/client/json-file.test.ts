import assert from 'node:assert/strict';
import fc from 'fast-check';
import { entryOf, withEntry } from '../../../../operate/commands/client/json-file';

const path = ['mcpServers', 'memory'] as const;
const entry = { type: 'http', url: 'https://memories.example/mcp' };
const set = (text: string | undefined) => withEntry(text, path, entry, '.claude.json');
const removed = (text: string) => withEntry(text, path, undefined, '.claude.json');

describe("an entry in a client's configuration", () => {
  it('makes the file where there is none', () => {
    for (const none of [undefined, '', '\n']) {
      assert.deepEqual(JSON.parse(set(none)), { mcpServers: { memory: entry } });
      assert.match(set(none), /^\{\n {2}"mcpServers"/);
    }
  });

  it('comes beside what is there, in the way the file is written', () => {
    const text = '{\r\n\t"theme":   "dark",\r\n\t"mcpServers": {\r\n\t\t"other": {"command": "x"}\r\n\t}\r\n}\r\n';
    const changed = set(text);
    assert.deepEqual(JSON.parse(changed).mcpServers, { other: { command: 'x' }, memory: entry });
    assert.ok(changed.includes('"theme":   "dark"'));
    assert.ok(changed.includes('"other": {"command": "x"}'));
    assert.ok(!/[^\r]\n/.test(changed), 'every line ends as the others do');
  });

  it('replaces the entry that is there, and fills a group that holds nothing yet', () => {
    const text = '{\n  "mcpServers": {\n    "memory": {"url": "old"},\n    "z": {"a":1}\n  }\n}\n';
    assert.ok(set(text).endsWith('    },\n    "z": {"a":1}\n  }\n}\n'));
    assert.deepEqual(JSON.parse(set(text)).mcpServers.memory, entry);
    assert.equal(set('{\n  "mcpServers": {\n  }\n}\n'), set(undefined));
    assert.equal(set('{\n  "a": 1\n}\n'), set(undefined).replace('{', '{\n  "a": 1,'));
  });

  it('is left alone where it is as wanted, however it is written', () => {
    const text = '{"mcpServers":{"memory":{"url":"https://memories.example/mcp","type":"http"}}}';
    assert.equal(set(text), text);
  });

  it('leaves every other byte as it was, when it comes and when it goes', () => {
    const others = fc.dictionary(
      fc.string({ minLength: 1 }).filter((key) => !['memory', '__proto__'].includes(key)),
      fc.json(),
    );
    fc.assert(
      fc.property(others, fc.constantFrom(0, 1, 2, 4, '\t'), (servers, indent) => {
        const text = `${JSON.stringify({ a: [1, 'ä'], mcpServers: { first: 1, ...servers }, z: null }, null, indent)}\n`;
        assert.deepEqual(JSON.parse(set(text)), {
          ...JSON.parse(text),
          mcpServers: { ...JSON.parse(text).mcpServers, memory: entry },
        });
        assert.equal(removed(set(text)), text);
      }),
    );
  });

  it('is not written into a file that is broken, half written or of another form', () => {
    assert.throws(() => set('{"mcpServers": {"other": {"comm'), /\.claude\.json is no JSON: .* in line 1/);
    assert.throws(() => set('{\n"a": 1,\n"b" 2}'), /in line 3/);
    assert.throws(() => set('{"mcpServers": ["Bearer abc"]}'), /\.json: mcpServers is a list, not an object$/);
    assert.throws(() => set('7'), /its content is a number, not an object$/);
    assert.throws(() => set('null'), /its content is null, not an object$/);
  });

  it('is found by its name', () => {
    assert.deepEqual(entryOf(set(undefined), path, 'f'), entry);
    assert.equal(entryOf('{}', path, 'f'), undefined);
  });
});
