import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { describeStack, parseStack } from '../../components/stack';
import { checkPlan } from '../../policies/check';

const folder = join(__dirname, '..', '..', 'examples');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .sort();

describe('the example stack files', () => {
  it('are there', () => assert.ok(files.length >= 5));

  for (const file of files) {
    it(`${file} is a stack that keeps to every rule`, () => {
      const { config } = parse(readFileSync(join(folder, file), 'utf8')) as { config: Record<string, unknown> };
      const keys = Object.entries(config).map(([key, value]) => [key.replace(/^memory-fleet:/, ''), value]);
      const { violations } = checkPlan(describeStack(parseStack(Object.fromEntries(keys), basename(file, '.yaml'))));
      assert.deepEqual(violations, []);
    });
  }
});
