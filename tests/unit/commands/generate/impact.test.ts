import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configReference } from '../../../../operate/commands/generate/config-reference';
import { configAfter } from '../../../support/cluster/impact-change';
import { allChanges } from '../../../support/cluster/impact-changes';
import { allKeys, isAbout, nameOf } from '../../../support/cluster/impact-keys';
import { inKey, renewal } from '../../../support/cluster/impact-page';

const page = readFileSync(join(__dirname, '..', '..', '..', '..', 'docs', 'impact.md'), 'utf8');
const keys = allKeys();
const changes = allChanges({ uid: '00000000-0000-4000-8000-000000000001', context: 'test' });

// What the rows say, the cluster layer asks of the engine; a key without one is known before a control plane is up.
describe('docs/impact.md', () => {
  it('is asked about every key, in each variant that has it', () => {
    const missing = keys.filter((key) => !changes.some((change) => isAbout(key, change.path, configAfter(change))));
    assert.deepEqual(missing.map(nameOf), [], 'keys without a change in tests/support/cluster/impact-changes');
  });

  it('is asked about keys that exist, and nothing else', () => {
    const unknown = changes.filter((change) => !keys.some((key) => isAbout(key, change.path, configAfter(change))));
    assert.deepEqual(
      unknown.map(({ base, path }) => `${path} on ${base}`),
      [],
    );
  });

  it('has a row for every key, in each variant that has it', () => {
    const missing = keys.filter((key) => !page.includes(`\n| ${inKey(key)} | `));
    assert.deepEqual(missing.map(nameOf), [], `keys without a row; write the page by ${renewal}`);
  });

  it('knows every key of docs/config.md whose value is not a map', () => {
    const documented = [...configReference().matchAll(/^\| `(\w+\.[\w.[\]]+)` \| (?!\[)/gm)];
    const known = new Set(keys.map(({ path }) => path));
    assert.ok(documented.length > 50);
    assert.deepEqual(
      documented.map(([, key = '']) => key).filter((key) => !known.has(key)),
      [],
    );
  });

  it('shows no value of an encrypted key', () => {
    const [row] = page.split('\n').filter((line) => line.startsWith('| `memoryMcpToken` |'));
    assert.match(row ?? '', /an encrypted value → another/);
    assert.ok(!page.includes('one token'));
  });
});
