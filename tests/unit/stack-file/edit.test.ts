import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { stackValues, valueIn } from '../../../operate/stack-file';
import { removeKeys, setKeys } from '../../../operate/stack-file/edit';

const lines = (...all: string[]) => `${all.join('\n')}\n`;

const file = lines(
  '# What this cluster is.',
  'config:',
  '  memory-fleet:cluster:   # facts',
  '    context: "one"',
  '',
  '    # where volumes come from',
  "    storageClass:   'fast'   # measured",
  '  memory-fleet:memoryMcp:',
  '    image: registry.test/a:1 # the server',
  '    git:',
  '      scopes:',
  '        - scope: team',
  '          url: https://git.test/team',
  '    # the end',
);

/** The lines that differ, as `- ` before and `+ ` after. */
function changes(before: string, after: string): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ];
}

describe('keys set in a stack file', () => {
  const set = (path: string[], value: unknown, text = file) => setKeys(text, [{ path, value }]);

  it('change their own line only, up to its comment', () => {
    assert.deepEqual(changes(file, set(['memoryMcp', 'image'], 'registry.test/a:2')), [
      '-     image: registry.test/a:1 # the server',
      '+     image: registry.test/a:2 # the server',
    ]);
    assert.deepEqual(changes(file, set(['cluster', 'storageClass'], 'slow')), [
      "-     storageClass:   'fast'   # measured",
      '+     storageClass:   slow   # measured',
    ]);
  });

  it('come last in their map where they are new, and take the maps along that are missing', () => {
    assert.deepEqual(changes(file, set(['memoryMcp', 'authentication', 'image'], 'registry.test/p:1')), [
      '+     authentication:',
      '+       image: registry.test/p:1',
    ]);
    assert.match(
      set(['cluster', 'production'], true),
      /'fast' {3}# measured\n {4}production: true\n {2}memory-fleet:m/,
    );
  });

  it('make the first block of a map that was empty', () => {
    const text = lines('config:', '  memory-fleet:memoryMcp: {} # as it comes', '# end');
    assert.equal(
      set(['memoryMcp', 'git', 'branch'], 'main', text),
      lines('config:', '  memory-fleet:memoryMcp: # as it comes', '    git:', '      branch: main', '# end'),
    );
    assert.equal(
      set(['memoryMcp', 'path'], '/mcp', lines('config:', '  memory-fleet:memoryMcp:')),
      lines('config:', '  memory-fleet:memoryMcp:', '    path: /mcp'),
    );
  });

  it('make the file where there is nothing yet', () => {
    const expected = lines('config:', '  memory-fleet:memoryMcp: {}');
    assert.equal(set(['memoryMcp'], {}, ''), expected);
    assert.equal(set(['memoryMcp'], {}, '# mine'), `# mine\n${expected.trimEnd()}`);
  });

  it('keep to the braces of a map that is written in them', () => {
    const text = 'config: {"memory-fleet:memoryMcp": { hostname: a.test }} # short';
    assert.equal(
      set(['memoryMcp', 'image'], 'registry.test/a:1', text),
      'config: {"memory-fleet:memoryMcp": { hostname: a.test, "image":"registry.test/a:1" }} # short',
    );
  });

  it('replace maps, lists and texts of several lines as a whole', () => {
    assert.deepEqual(changes(file, set(['memoryMcp', 'git', 'scopes'], [])), [
      '-       scopes:',
      '-         - scope: team',
      '-           url: https://git.test/team',
      '+       scopes: []',
    ]);
    const text = lines('config:', '  memory-fleet:cluster:', '    name: |', '      a', '      b', '    uid: c');
    assert.equal(
      set(['cluster', 'name'], 'plain', text),
      lines('config:', '  memory-fleet:cluster:', '    name: plain', '    uid: c'),
    );
    assert.deepEqual(parse(set(['cluster', 'name'], 'x\ny\n', text)), {
      config: { 'memory-fleet:cluster': { name: 'x\ny\n', uid: 'c' } },
    });
  });

  it('keep the line breaks of the file', () => {
    const text = file.replaceAll('\n', '\r\n');
    const after = set(['memoryMcp', 'token', 'source'], 'bootstrap', text);
    assert.equal(after.replaceAll('\r\n', ''), after.replaceAll(/[\r\n]/g, ''));
  });

  it('are found without the name of the project as well, and by the older spelling', () => {
    for (const key of ['memoryMcp', 'memory-fleet:config:memoryMcp', "'memoryMcp'"]) {
      const text = lines('config:', `  ${key}:`, '    path: /');
      assert.equal(set(['memoryMcp', 'path'], '/mcp', text), text.replace('path: /', 'path: /mcp'));
    }
  });

  it('leave what only the engine takes for something else: times, octal numbers, merged maps', () => {
    const text = lines(
      'config:',
      '  memory-fleet:a: &base { x: 017, y: 2024-08-28, z: 1_000 }',
      '  memory-fleet:b:',
      '    <<: *base',
      '    "y": \'2024-08-28\'',
    );
    const after = set(['b', 'x'], '0o17', text);
    assert.deepEqual(changes(text, after), ['+     x: "0o17"']);
    assert.deepEqual(stackValues(after), {
      a: { x: 15, y: '2024-08-28 00:00:00 +0000 UTC', z: 1000 },
      b: { x: '0o17', y: '2024-08-28', z: 1000 },
    });
    assert.throws(() => removeKeys(text, [['b', 'z']]), /b\.z cannot be changed in the stack file without/);
  });

  it('are written so that the engine reads the very text', () => {
    for (const value of ['2024-08-28', '017', '0o17', '1_000', 'yes', '~', '1e3', '.inf', '<<', '0b1', '-0x1', '']) {
      assert.equal(valueIn(set(['cluster', 'name'], value), ['cluster', 'name']), value);
    }
  });

  it('throw where something else would change, and where there is no map to set them in', () => {
    const shared = lines('config:', '  memory-fleet:a: &one {x: 1}', '  memory-fleet:b: *one');
    assert.throws(() => set(['a', 'x'], 2, shared), /a\.x cannot be changed in the stack file without/);
    assert.throws(() => set(['b', 'x'], 2, shared), /config\.memory-fleet:b of the stack file is no map/);
    assert.throws(() => set(['memoryMcp', 'image', 'tag'], '1'), /image of the stack file is no map/);
    assert.throws(() => set(['a'], 1, 'a: [\n'), /the stack file cannot be read/);
  });
});

describe('keys removed from a stack file', () => {
  it('take their lines with them and nothing else', () => {
    assert.deepEqual(
      changes(
        file,
        removeKeys(file, [
          ['memoryMcp', 'git'],
          ['cluster', 'context'],
          ['gone', 'x'],
        ]),
      ),
      [
        '-     context: "one"',
        '-     git:',
        '-       scopes:',
        '-         - scope: team',
        '-           url: https://git.test/team',
      ],
    );
  });

  it('leave an empty map where they were the last', () => {
    const text = lines('config:', '  memory-fleet:memoryMcp: # why', '    # below', '    path: /mcp', '# end');
    assert.equal(
      removeKeys(text, [['memoryMcp', 'path']]),
      lines('config:', '  memory-fleet:memoryMcp: {} # why', '    # below', '# end'),
    );
  });

  it('leave the braces of a map that is written in them', () => {
    const text = 'config: {"memory-fleet:memoryMcp": { a: 1, b: 2, c: 3 }}';
    const without = (...keys: string[]) =>
      removeKeys(
        text,
        keys.map((key) => ['memoryMcp', key]),
      );
    assert.equal(without('b'), 'config: {"memory-fleet:memoryMcp": { a: 1, c: 3 }}');
    assert.equal(without('c'), 'config: {"memory-fleet:memoryMcp": { a: 1, b: 2 }}');
    assert.equal(without('a', 'b', 'c'), 'config: {"memory-fleet:memoryMcp": {}}');
  });
});

describe('any stack file', () => {
  interface Tree {
    readonly [key: string]: string | Tree;
  }
  const key = fc.constantFrom('a', 'b', 'c', 'd-e', 'f.g/h');
  const value = fc.constantFrom('plain', 'yes', '1.0', 'a: b', '# no comment', "it's", '', 'two\nlines\n', '{x}');
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, value, tie('tree') as fc.Arbitrary<Tree>), { maxKeys: 4 }),
  }));
  const remark = fc.constantFrom('', '', ' # a remark', '   # two: remarks #');

  /** A tree as a person may have written it: comments and blank lines anywhere, values in several styles. */
  const written = (data: Tree, style: () => string, indent = ''): string[] =>
    Object.entries(data).flatMap(([name, held]) => {
      const above = style() === '' ? [] : [`${indent}# about ${name}`, ''];
      if (typeof held === 'string') return [...above, `${indent}${name}:  ${JSON.stringify(held)}${style()}`];
      if (Object.keys(held).length === 0) return [...above, `${indent}${name}: {}${style()}`];
      return [...above, `${indent}${name}:${style()}`, ...written(held, style, `${indent}  `)];
    });

  const anyFile = fc.tuple(tree, fc.infiniteStream(remark)).map(([data, remarks]) => {
    const style = () => remarks.next().value as string;
    const config = { 'memory-fleet:s': data, 'memory-fleet:t': { z: 'last' } } as Tree;
    return lines('# top', ...written({ config } as Tree, style), '# bottom');
  });
  const path = fc.array(key, { minLength: 1, maxLength: 3 });
  const comments = (text: string) => text.match(/# (about \S+|a remark|two: remarks #|top|bottom)$/gm) ?? [];

  /** What lies at a path below system `s`; a text on the way is found in the place of what it has no room for. */
  const found = (text: string, keys: readonly string[]): unknown =>
    keys.reduce((at, each) => (typeof at === 'object' ? at?.[each] : at), parse(text).config['memory-fleet:s']);
  const isFilled = (held: unknown) => typeof held === 'object' && Object.keys(held ?? {}).length > 0;
  const runs = { numRuns: 60 };

  it('says what was set and keeps its comments and every other line', () => {
    fc.assert(
      fc.property(anyFile, path, fc.oneof(value, fc.constant({ x: ['y'] })), (text, keys, wanted) => {
        fc.pre(typeof found(text, keys.slice(0, -1)) !== 'string');
        // A map that is replaced takes along what is written in it.
        fc.pre(!isFilled(found(text, keys)));
        const after = setKeys(text, [{ path: ['s', ...keys], value: wanted }]);
        assert.deepEqual(found(after, keys), wanted);
        assert.deepEqual(comments(after), comments(text));
        const lost = text.split('\n').filter((line) => !after.split('\n').includes(line));
        assert.ok(lost.length <= 1, lost.join('\n'));
      }),
      runs,
    );
  });

  it('is the same again once a new key has been set and removed', () => {
    fc.assert(
      fc.property(anyFile, path, value, (text, [, ...keys], wanted) => {
        fc.pre(isFilled(found(text, keys)));
        const fresh = ['s', ...keys, 'fresh'];
        const there = setKeys(text, [{ path: fresh, value: wanted }]);
        assert.notEqual(there, text);
        assert.equal(removeKeys(there, [fresh]), text);
      }),
      runs,
    );
  });
});
