import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { fileOf, namePattern, scopePattern } from '../../../../operate/memories/rules';
import { type SerenaFile, serenaFiles, serenaFolders } from '../../../../operate/serena/folders';
import { type Mapping, readMapping } from '../../../../operate/serena/mapping';
import { migratable, planMigration } from '../../../../operate/serena/plan';
import { slug } from '../../../../operate/serena/slug';
import { folder, removeFolders } from '../../../support/unit/operate';

const nothing: Mapping = { rename: {}, skip: [] };

function file(scope: string, name: string, content = 'x', path = `/${scope}/${name}.md`): SerenaFile {
  return { path, scope, name, content, modified: 0 };
}

/** `scope:name` of what is migrated, with its content. */
function outcome(files: readonly SerenaFile[], mapping = nothing) {
  return migratable(planMigration(files, mapping)).map(({ place, content }) => [
    `${place.scope}:${place.name}`,
    content,
  ]);
}

const problems = (files: readonly SerenaFile[], mapping = nothing) =>
  planMigration(files, mapping).map(({ problem }) => problem);

describe('a name of Serena', () => {
  it('stays where the server takes it', () => {
    for (const name of ['a', 'a/b/c', 'ünïcode', 'v1.2_x-y']) assert.equal(slug(name), name);
  });

  it('loses what the server does not take', () => {
    const names = {
      'style guide': 'style-guide',
      '.x': 'x',
      'a/.b': 'a/b',
      '😀': 'unnamed',
      'a (1)': 'a-1',
      '- .x': 'x',
    };
    for (const [name, expected] of Object.entries(names)) assert.equal(slug(name), expected);
  });

  it('is made flat below the third level', () => {
    assert.equal(slug('a/b/c/d/e'), 'a/b/c-d-e');
  });

  it('has its letters composed', () => {
    assert.equal(slug('cafe\u0301'), 'café');
  });
});

describe('the plan of a migration', () => {
  const characters = fc.constantFrom('a', 'b', '.', ' ', '-', 'é', 'e\u0301', '日', '😀', '(', '_', '1');
  const part = fc.string({ unit: characters, minLength: 1, maxLength: 4 });
  const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
  const scope = fc.constantFrom('global', 'a', 'a/b', 'b');
  const files = fc
    .array(fc.tuple(scope, name, fc.constantFrom('one', 'two')), { maxLength: 25 })
    .map((rows) => rows.map(([where, called, content], i) => file(where, called, content, `/${i}.md`)));

  it('has only places that the server takes, and no two memories in one file', () => {
    fc.assert(
      fc.property(files, (all) => {
        const going = migratable(planMigration(all, nothing));
        for (const { place } of going) {
          assert.match(place.name, namePattern);
          assert.match(place.scope, scopePattern);
        }
        const targets = going.map(({ place }) => fileOf(place));
        assert.equal(new Set(targets).size, targets.length);
      }),
    );
  });

  it('passes over no file: each goes, is a copy of one that goes, or has a problem', () => {
    fc.assert(
      fc.property(files, (all) => {
        const plan = planMigration(all, nothing);
        assert.equal(plan.length, all.length);
        const going = new Set(migratable(plan).map(({ place, file: { content } }) => `${fileOf(place)} ${content}`));
        for (const { place, file: source, problem, leftOut } of plan) {
          assert.ok(problem !== undefined || going.has(`${fileOf(place)} ${source.content}`), String(leftOut));
        }
      }),
    );
  });

  it('reports names that become one, and scopes and names that share a file', () => {
    assert.match(String(problems([file('s', 'a b'), file('s', 'a-b', 'y')])[0]), /same file as \/s\/a-b\.md → s:a-b/);
    assert.match(String(problems([file('a', 'b/c'), file('a/b', 'c')])[1]), /same file as \/a\/b\/c\.md → a:b\/c/);
  });

  it('takes one of two copies', () => {
    assert.deepEqual(outcome([file('global', 'x', 'same', '/old'), file('global', 'x', 'same', '/new')]), [
      ['global:x', 'same'],
    ]);
  });

  it('keeps to what the operator decides', () => {
    const files = [file('s', 'a b', 'one'), file('s', 'a-b', 'two'), file('s', 'c')];
    const mapping = { rename: { 's:a b': 'global:other' }, skip: ['s:c'] };
    assert.deepEqual(outcome(files, mapping), [
      ['global:other', 'one'],
      ['s:a-b', 'two'],
    ]);
    assert.throws(() => outcome(files, { rename: {}, skip: ['s:d'] }), /there is no memory "s:d"/);
    assert.match(String(problems([file('s', 'a')], { rename: { 's:a': 'b c' }, skip: [] })[0]), /takes no name "b c"/);
    assert.match(String(problems([file('s', 'a')], { rename: { 's:a': 'all:b' }, skip: [] })[0]), /means every scope/);
    assert.match(String(problems([file('s', 'x'.repeat(300))])[0]), /longer than 240 bytes/);
  });

  it('leads references to the new names, and leaves everything else alone', () => {
    const text = 'mem:style guide, `mem:style`, mem:global/my env; xmem:style guide mem:stylex mem:gone';
    const files = [file('s', 'index', text), file('s', 'style guide'), file('s', 'style'), file('global', 'my env')];
    const [index] = planMigration(files, { rename: { 's:style': 'archive:look' }, skip: [] });
    assert.equal(
      index?.content,
      'mem:style-guide, `mem:archive/look`, mem:global/my-env; xmem:style guide mem:stylex mem:gone',
    );
    assert.deepEqual(index?.notes, ['3 references rewritten']);
    assert.deepEqual(index?.dangling, ['stylex', 'gone']);
  });
});

describe('the folders of Serena', () => {
  afterEach(removeFolders);

  function put(root: string, path: string, content: string | Buffer = 'x') {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  const names = (files: readonly SerenaFile[]) => files.map(({ scope, name }) => `${scope}:${name}`).sort();

  it('are the global one of today, the older one, and those of repositories', () => {
    const root = folder();
    put(root, '.serena/memories/old.md');
    put(root, '.serena/memories/global/new.md');
    put(root, 'elsewhere/memories/global/moved.md');
    put(root, 'shop app/.serena/memories/a/b.md');
    put(root, 'shop app/.serena/memories/readme.txt');
    const found = (environment: object, ...repository: string[]) =>
      names(serenaFiles(serenaFolders({ repository }, { HOME: root, ...environment })));
    assert.deepEqual(found({}), ['global:new', 'global:old']);
    assert.deepEqual(found({ SERENA_HOME: join(root, 'elsewhere') }), ['global:moved', 'global:new', 'global:old']);
    const repository = join(root, 'shop app');
    assert.deepEqual(found({}, repository).at(-1), 'shop-app:a/b');
    assert.deepEqual(found({}, `${repository}=team/shop`).at(-1), 'team/shop:a/b');
    assert.throws(() => found({}, `${repository}=all`), /"all" cannot be the scope/);
    assert.throws(() => found({}, join(root, 'nowhere')), /there is no folder .*nowhere/);
    assert.deepEqual(serenaFolders({ global: false }, { HOME: root }), []);
  });

  it('show what cannot be read, and lead in no circles', () => {
    const root = folder();
    put(root, 'big.md', 'x'.repeat(1_048_577));
    put(root, 'latin.md', Buffer.from([0x66, 0xfc]));
    put(root, 'good.md', '\ufeffgood');
    symlinkSync(join(root, 'good.md'), join(root, 'link.md'));
    symlinkSync(join(root, 'none.md'), join(root, 'broken.md'));
    symlinkSync(root, join(root, 'circle'));
    const files = serenaFiles([{ path: root, scope: 's' }]);
    assert.deepEqual(
      files.map(({ name, content, problem, linkTo }) => [name, content ?? problem, linkTo?.split('/').at(-1)]),
      [
        ['big', 'it has 1048577 bytes, and the server takes 1048576', undefined],
        ['broken', 'it cannot be read: a link that leads nowhere', undefined],
        ['good', '\ufeffgood', undefined],
        ['latin', 'it is not UTF-8', undefined],
        ['link', '\ufeffgood', 'good.md'],
      ],
    );
  });
});

describe('a mapping', () => {
  afterEach(removeFolders);

  it('comes from a file and the command line, which wins', () => {
    const path = join(folder(), 'mapping.yaml');
    writeFileSync(path, 'rename:\n  "s:a": b\n  "s:c=d": e\nskip: [s:x]\n');
    assert.deepEqual(readMapping({ mapping: path, rename: ['s:a=z'], skip: ['s:y'] }), {
      rename: { 's:a': 'z', 's:c=d': 'e' },
      skip: ['s:x', 's:y'],
    });
  });

  it('says what is wrong with it', () => {
    const path = join(folder(), 'mapping.yaml');
    writeFileSync(path, 'renames: {}\n');
    assert.throws(() => readMapping({ mapping: path }), /renames/);
    assert.throws(() => readMapping({ mapping: '/no/such/file' }), /cannot be read/);
    assert.throws(() => readMapping({ rename: ['old'] }), /--rename old names no new place/);
  });
});
