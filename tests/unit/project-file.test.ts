import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const projectDir = join(__dirname, '..', '..');

describe('the file that Node is told to load before a program', () => {
  it('lies where the engine starts it', () => {
    const { runtime } = parse(readFileSync(join(projectDir, 'Pulumi.yaml'), 'utf8'));
    const [option, file, ...more] = runtime.options.nodeargs.split(' ');
    assert.deepEqual([option, more], ['--require', []]);
    require(join(projectDir, file));
  });
});
