import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseStack } from '../../../components/stack';
import { encrypted } from '../../../config/fields';
import { Failure } from '../../../operate/base/failure';
import { describedStack } from '../../../operate/stack';
import { loadStack, stackNames, stackValues } from '../../../operate/stack-file';
import { setKeys } from '../../../operate/stack-file/edit';

// What the engine itself makes of many more files is asked in tests/contract/values.test.ts.

describe('a stack file', () => {
  it('has keys with and without the name of the project, and values as JSON text', () => {
    const text = `config:\n  memoryMcp: '{"path": "/mcp"}'\n  memory-fleet:cluster: {}\n  kubernetes:context: x\n`;
    assert.deepEqual(stackValues(text), { memoryMcp: { path: '/mcp' }, cluster: {} });
  });

  it('holds a mark in the place of each encrypted value', () => {
    const text = 'config:\n  memory-fleet:secrets:\n    memoryMcp: {token: {secure: v1:x}, bearer: plain}\n';
    assert.deepEqual(stackValues(text), { secrets: { memoryMcp: { token: encrypted, bearer: 'plain' } } });
  });

  it('may be empty, or hold nothing but the salt', () => {
    for (const text of ['', '# nothing yet\n', 'encryptionsalt: v1:x\n', 'config:\n'])
      assert.deepEqual(stackValues(text), {});
  });

  it('that cannot be read is named with the line, the reason and a remedy', () => {
    const wrong: Readonly<Record<string, RegExp>> = {
      'config:\n  a: {x: 1, x: 2}\n': /line 2: the key "x" stands on line 2 already/,
      'config:\n\ta: 1\n': /Tabs|tab/,
      'config:\n  a: &x {y: *x}\n': /line 2: x holds itself/,
      'config:\n  a: .inf\n': /memory-fleet:a holds Infinity/,
      'config: [a]\n': /"config" is no map/,
      'config:\n  a: 1\n  memory-fleet:a: 2\n': /has the key memory-fleet:a twice/,
    };
    for (const [text, message] of Object.entries(wrong)) {
      assert.throws(
        () => stackValues(text),
        (error) => error instanceof Failure && message.test(error.message),
        text,
      );
    }
    const laughs = [
      'a: &a0 [x, x]',
      ...Array.from({ length: 30 }, (_, index) => `b${index}: &a${index + 1} [*a${index}, *a${index}]`),
    ];
    assert.throws(() => stackValues(laughs.join('\n')), /its aliases stand for too much/);
  });

  it('of any text is read and changed, or refused with a remedy', () => {
    const parts =
      'config:\n|  a: |- |? |: |{|}|[|]|,|&x |*x|<<: |"|\'|!!int |!!binary |!!set |!x |---|...|%YAML 1.1|#c|\t|~|1|0x1|2024-08-28|>|\u0000|é|\ud800|{secure: v}|memory-fleet:|a:b:c: |\\x4|__proto__: |x'.split(
        '|',
      );
    const text = fc.array(fc.constantFrom(...parts), { maxLength: 20 }).map((all) => `config:\n${all.join('')}`);
    for (const drawn of fc.sample(fc.oneof(text, fc.string({ unit: 'binary' })), { numRuns: 100, seed: 1 })) {
      for (const use of [stackValues, (given: string) => setKeys(given, [{ path: ['memoryMcp', 'x'], value: '1' }])]) {
        try {
          use(drawn);
        } catch (error) {
          assert.ok(error instanceof Failure, `${JSON.stringify(drawn)}: ${(error as Error).stack}`);
        }
      }
    }
  });

  it('with a date, a number or a truth value where text belongs is answered with the quotes that are missing', () => {
    const messageOf = (ref: string) => {
      const image = 'registry.example.org/a:1';
      const text = `config:\n  contextEngine:\n    image: ${image}\n    layout: single-node\n    repositories: [{source: git, name: a, url: "https://git.example.org/a", ref: ${ref}}]\n`;
      try {
        parseStack(stackValues(text), 'test');
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.match(
      messageOf('2024-08-28'),
      /ref: found "2024-08-28 00:00:00 \+0000 UTC", .*a date stands in quotes, "2024-08-28"/,
    );
    assert.match(messageOf('1.10'), /ref: found 1\.1, .*in quotes/);
    assert.match(messageOf('0777'), /ref: found 511, .*in quotes/);
    assert.equal(messageOf('"2024-08-28"'), '');
  });
});

describe('the stack files of a project', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stack-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

  it('may have a dot in the name of their stack', () => {
    for (const name of ['Pulumi.yaml', 'Pulumi.lab.yaml', 'Pulumi.prod.eu-1.yaml', 'Pulumi.lab.yaml.orig'])
      write(name, '');
    assert.deepEqual(stackNames(folder), ['lab', 'prod.eu-1']);
  });

  it('have the defaults that Pulumi.yaml gives to every stack', () => {
    write(
      'Pulumi.yaml',
      'name: memory-fleet\nconfig:\n  cluster:\n    default: {production: false, domain: corp.example}\n',
    );
    write('Pulumi.lab.yaml', 'config:\n  memoryMcp: {}\n');
    write('Pulumi.own.yaml', 'config:\n  cluster: {}\n');
    assert.equal(loadStack(folder, 'lab').cluster.domain, 'corp.example');
    assert.equal(loadStack(folder, 'own').cluster.domain, 'cluster.local');
  });

  it('that are no files, or stand beside a broken project file, are named', () => {
    mkdirSync(join(folder, 'Pulumi.folder.yaml'));
    assert.throws(() => loadStack(folder, 'folder'), /^Failure: Pulumi\.folder\.yaml cannot be read: EISDIR/);
    write('Pulumi.lab.yaml', '');
    write('Pulumi.yaml', 'name: [\n');
    assert.throws(
      () => loadStack(folder, 'lab'),
      /Pulumi\.lab\.yaml cannot be read: Pulumi\.yaml beside it is no project file/,
    );
  });

  it('that import environments are used with a note that their values are not seen', () => {
    write('Pulumi.lab.yaml', 'environment: [shared]\nconfig:\n  memoryMcp: {}\n');
    const notes: string[] = [];
    const { error } = console;
    console.error = (line: string) => notes.push(line);
    try {
      describedStack(folder, 'lab');
    } finally {
      console.error = error;
    }
    assert.match(
      notes.join(),
      /note: Pulumi\.lab\.yaml imports environments of Pulumi ESC, which this command cannot see/,
    );
  });
});
