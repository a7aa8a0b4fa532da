import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workingTree } from '../../../../operate/commands/repos/working-tree';

describe('the working tree that is uploaded', () => {
  const { signal } = new AbortController();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-tree-'));
    write('a.py', 'a\n');
    write('src/b.py', 'bb\n');
    write('.codebase/state.json', '{}');
    symlinkSync('/etc/passwd', join(folder, 'link.py'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(path: string, content: string): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  function git(...args: string[]): void {
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);
  }
  const files = async (directory = folder) => (await workingTree(directory, ['.codebase'], signal)).files;

  it('is what git knows: tracked files as they are now, and new ones that are not ignored', async () => {
    git('init', '--quiet');
    write('.gitignore', 'ignored/\n');
    write('ignored/c.py', '');
    write('gone.py', '');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'first');
    rmSync(join(folder, 'gone.py'));
    write('new ü.py', '');
    const tree = await workingTree(folder, ['.codebase'], signal);
    assert.deepEqual(tree.files, ['.gitignore', 'a.py', 'new ü.py', 'src/b.py']);
    assert.deepEqual([tree.from, tree.bytes], ['git', 14]);
  });

  it('is the part of a repository that was named', async () => {
    git('init', '--quiet');
    assert.deepEqual(await files(join(folder, 'src')), ['b.py']);
  });

  it('is the whole folder where there is no git, without the past of what lies in it', async () => {
    write('inner/.git/config', '');
    write('inner/d.py', '');
    assert.deepEqual(await files(), ['a.py', 'inner/d.py', 'src/b.py']);
  });

  it('is refused where it is no folder, or empty', async () => {
    await assert.rejects(files(join(folder, 'a.py')), /a\.py is no folder/);
    await assert.rejects(files(join(folder, '.codebase', '..', 'none')), /is no folder/);
    mkdirSync(join(folder, 'empty'));
    await assert.rejects(files(join(folder, 'empty')), /there are no files in/);
  });
});
