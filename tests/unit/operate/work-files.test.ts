import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Failure } from '../../../operate/base/failure';
import { mergeStackFile, refreshWorkFiles } from '../../../operate/engine/work-files';
import { folder, removeFolders } from '../../support/unit/operate';

function checkout(stackFile: string): string {
  const projectDir = folder();
  writeFileSync(join(projectDir, 'Pulumi.yaml'), 'name: memory-fleet\nmain: index.ts\nruntime: nodejs\n');
  writeFileSync(join(projectDir, 'Pulumi.test.yaml'), stackFile);
  return projectDir;
}

const read = (path: string) => parse(readFileSync(path, 'utf8'));

describe('work files of the engine', () => {
  afterEach(removeFolders);

  it('keep the generated salt while the configuration follows the checkout', () => {
    const projectDir = checkout('config:\n  memory-fleet:memoryMcp: {}\n');
    const work = join(folder(), 'work');
    refreshWorkFiles(projectDir, work, 'test');
    const copy = join(work, 'Pulumi.test.yaml');
    writeFileSync(copy, `${readFileSync(copy, 'utf8')}encryptionsalt: v1:generated\n`);
    writeFileSync(join(projectDir, 'Pulumi.test.yaml'), 'config:\n  memory-fleet:rae: {}\n');
    refreshWorkFiles(projectDir, work, 'test');
    assert.deepEqual(read(copy), { config: { 'memory-fleet:rae': {} }, encryptionsalt: 'v1:generated' });
  });

  it('write nothing into the checkout', () => {
    const text = '# a comment\nconfig: {}\n';
    const projectDir = checkout(text);
    refreshWorkFiles(projectDir, join(folder(), 'work'), 'test', { 'memory-fleet:rae': {} });
    assert.equal(readFileSync(join(projectDir, 'Pulumi.test.yaml'), 'utf8'), text);
    assert.equal(existsSync(join(projectDir, '.pulumi')), false);
  });

  it('leave out the entry point, which the engine would insist on', () => {
    const work = join(folder(), 'work');
    refreshWorkFiles(checkout('config: {}\n'), work, 'test');
    assert.deepEqual(read(join(work, 'Pulumi.yaml')), { name: 'memory-fleet', runtime: 'nodejs' });
  });

  it('name the stack file that is missing, and the remedy', () => {
    const projectDir = checkout('config: {}\n');
    assert.throws(
      () => refreshWorkFiles(projectDir, folder(), 'other'),
      (error: Failure) => {
        assert.match(error.message, /there is no Pulumi\.other\.yaml in/);
        assert.notEqual(error.remedy, '');
        return error instanceof Failure;
      },
    );
  });

  it('take an empty stack file for one without configuration', () => {
    const work = join(folder(), 'work');
    assert.deepEqual(refreshWorkFiles(checkout(''), work, 'test'), { ownEncryption: false });
    assert.deepEqual(read(join(work, 'Pulumi.test.yaml')), { config: {} });
  });
});

describe('merging a stack file', () => {
  it('prefers encryption that the checkout brings', () => {
    const merged = mergeStackFile({ encryptionsalt: 'v1:theirs' }, { encryptionsalt: 'v1:ours' }, {});
    assert.deepEqual(merged, { encryptionsalt: 'v1:theirs', config: {} });
  });

  it('does not mix two kinds of encryption', () => {
    const merged = mergeStackFile(
      { secretsprovider: 'awskms://key', encryptedkey: 'k' },
      { encryptionsalt: 'v1:ours' },
      {},
    );
    assert.equal(merged.encryptionsalt, undefined);
  });

  it('puts overrides on top, and takes a key away for undefined', () => {
    const file = { config: { 'memory-fleet:a': 1, b: 2, 'memory-fleet:c': 3, 'kubernetes:d': 4 } };
    const overrides = { 'memory-fleet:b': 20, 'memory-fleet:c': undefined };
    const merged = mergeStackFile(file, { config: { old: true } }, overrides);
    assert.deepEqual(merged.config, { 'memory-fleet:a': 1, 'memory-fleet:b': 20, 'kubernetes:d': 4 });
  });
});
