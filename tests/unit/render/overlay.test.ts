import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { shortDiff } from '../../../render/diff';
import { compareOverlay, writeOverlay } from '../../../render/overlay';

const rendered = new Map([
  ['kustomization.yaml', 'resources: [a]\n'],
  ['a/x.yaml', 'one\ntwo\nthree\n'],
]);

describe('an overlay on disk', () => {
  let place: string;
  let folder: string;

  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'overlay-'));
    folder = join(place, 'overlays', 'test');
  });
  afterEach(() => rmSync(place, { recursive: true }));

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  it('lacks every file before it is written, and none after', () => {
    assert.deepEqual(
      compareOverlay(folder, rendered).map(({ path, state }) => [path, state]),
      [
        ['a/x.yaml', 'missing'],
        ['kustomization.yaml', 'missing'],
      ],
    );
    writeOverlay(folder, rendered);
    assert.deepEqual(compareOverlay(folder, rendered), []);
    assert.equal(readFileSync(join(folder, 'a/x.yaml'), 'utf8'), 'one\ntwo\nthree\n');
  });

  it('differs in a changed file, with the lines that differ, and has stale files', () => {
    writeOverlay(folder, rendered);
    put('a/x.yaml', 'one\n2\nthree\n');
    put('b/y.yaml', '');
    assert.deepEqual(compareOverlay(folder, rendered), [
      { path: 'a/x.yaml', state: 'differs', diff: ['- 2', '+ two'] },
      { path: 'b/y.yaml', state: 'stale', diff: [] },
    ]);
  });

  it('is replaced whole: stale files and folders go, and nothing is left beside it', () => {
    put('old/y.yaml', 'y');
    put('kustomization.yaml', 'resources: [old]\n');
    writeFileSync(join(place, 'overlays', 'neighbour.yaml'), 'kept');
    assert.equal(writeOverlay(folder, rendered).length, 3);
    assert.deepEqual(readdirSync(folder).sort(), ['a', 'kustomization.yaml']);
    assert.deepEqual(readdirSync(join(place, 'overlays')).sort(), ['neighbour.yaml', 'test']);
  });

  it('is not touched when it is as rendered', () => {
    writeOverlay(folder, rendered);
    assert.deepEqual(writeOverlay(folder, rendered), []);
  });

  it('takes the place of what a killed run left', () => {
    for (const leftover of ['.test.new', '.test.old']) {
      mkdirSync(join(place, 'overlays', leftover), { recursive: true });
      writeFileSync(join(place, 'overlays', leftover, 'half.yaml'), '');
    }
    writeOverlay(folder, rendered);
    assert.deepEqual(readdirSync(join(place, 'overlays')), ['test']);
    assert.deepEqual(compareOverlay(folder, rendered), []);
  });

  it('does not write through a link', () => {
    const outside = join(place, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'x.yaml'), 'mine');
    mkdirSync(folder, { recursive: true });
    symlinkSync(outside, join(folder, 'a'));
    writeOverlay(folder, rendered);
    assert.equal(readFileSync(join(outside, 'x.yaml'), 'utf8'), 'mine');
    assert.deepEqual(compareOverlay(folder, rendered), []);
  });

  it('takes the place of a link to nowhere', () => {
    mkdirSync(dirname(folder), { recursive: true });
    symlinkSync(join(place, 'nowhere'), folder);
    writeOverlay(folder, rendered);
    assert.ok(existsSync(join(folder, 'kustomization.yaml')));
  });
});

describe('a short diff', () => {
  it('shows lines that were added, removed and changed, in their order', () => {
    assert.deepEqual(shortDiff('a\nb\nc\nd', 'a\nc\nx\nd\ne'), ['- b', '+ x', '+ e']);
  });

  it('is empty for equal texts', () => {
    assert.deepEqual(shortDiff('a\nb', 'a\nb'), []);
  });

  it('counts the lines that it does not show', () => {
    assert.deepEqual(shortDiff('', 'a\nb\nc\nd\n', 2), ['+ a', '+ b', '… and 2 more lines']);
  });
});
