import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { folder, removeFolders } from '../support/unit/operate';

const projectDir = join(__dirname, '..', '..');

describe('what Node is told to load before the program', () => {
  after(removeFolders);
  const { runtime } = parse(readFileSync(join(projectDir, 'Pulumi.yaml'), 'utf8'));
  const options: string[] = runtime.options.nodeargs.split(' ');

  /** As the engine's language host starts it, in a Node that says it is of a version. */
  function started(version: string) {
    const pretended = join(folder(), 'version.js');
    writeFileSync(
      pretended,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
    );
    const args = ['--require', pretended, ...options, '--eval', 'console.log("the program")'];
    return spawnSync(process.execPath, args, { cwd: projectDir, encoding: 'utf8' });
  }

  it('lets a Node that is new enough run the program', () => {
    for (const version of ['22.0.0', '24.1.0', '100.0.0']) {
      assert.deepEqual(
        { version, ...pick(started(version)) },
        { version, status: 0, stdout: 'the program\n', stderr: '' },
      );
    }
  });

  it('says in one line that an older one is too old, and what to do', () => {
    for (const version of ['18.20.8', '20.20.2', '21.7.3']) {
      const { status, stderr, stdout } = started(version);
      assert.deepEqual([status, stdout, stderr.trim().split('\n').length], [1, '', 1]);
      assert.ok(
        stderr.startsWith(`error: memory-fleet needs Node 22 or newer, and the Pulumi CLI found Node ${version} `),
      );
      assert.match(stderr, /PATH="\$PWD\/node_modules\/\.bin:\$PATH" pulumi preview/);
    }
  });
});

function pick({ status, stderr, stdout }: ReturnType<typeof spawnSync>) {
  return { status, stdout, stderr };
}
