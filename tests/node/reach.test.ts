import assert from 'node:assert/strict';
import { join } from 'node:path';
import { orSkip } from '../support/contract/missing';
import { requiredPython } from '../support/contract/python';
import { isDenied, type Outcomes, PlacedTable } from '../support/node/reach/placed';
import type { Connection } from '../support/policies/judge';
import { areOfKubernetes, planOf, policiesOf, type ReachPolicy } from '../support/policies/planned';
import { inWords, reachTables } from '../support/policies/reach-table';

/** Of each kind one that is small: pods of others beside ours, addresses that come in from outside. */
const representative = ['shared-namespace', 'load-balancer'];

// What enforces policies on this node knows those of Kubernetes alone.
const tables = reachTables(join(__dirname, '..', 'policies', 'reach'))
  .map((table) => ({ table, policies: policiesOf(planOf(table)) }))
  .filter(({ policies }) => areOfKubernetes(policies))
  .filter(({ table }) => process.env.LAYER === 'soak' || representative.includes(table.name));

const isOpen = (outcome: string) => outcome === 'open';

/** Those of some connections that did not come to what they should, in words. */
function wrong(outcomes: Outcomes, of: readonly Connection[], isRight: (outcome: string) => boolean): string[] {
  const tried = of.flatMap((each) => {
    const outcome = outcomes.get(each);
    return outcome === undefined ? [] : [{ each, outcome }];
  });
  assert.ok(tried.length > 0, 'none was tried');
  return tried.flatMap(({ each, outcome }) => (isRight(outcome) ? [] : [`${inWords(each)}: ${outcome}`]));
}

describe('who reaches whom on a real node', function () {
  this.timeout(240_000);
  before(async function () {
    await orSkip(this, requiredPython);
  });

  for (const { policies, table } of tables) {
    describe(`in ${table.stack === undefined ? 'variant' : 'stack'} ${table.name}`, () => {
      let placed: PlacedTable;
      let outcomes: Outcomes;
      before(async () => {
        placed = await PlacedTable.placed(table, policies);
        outcomes = await placed.triedAll();
      });
      after(() => placed?.remove());

      it('connects whom the table allows', () => assert.deepEqual(wrong(outcomes, table.allowed, isOpen), []));

      it('lets no other connection through', () => assert.deepEqual(wrong(outcomes, table.denied, isDenied), []));

      if (table.untouched.length > 0) {
        it('leaves pods of others alone', () => assert.deepEqual(wrong(outcomes, table.untouched, isOpen), []));
      }

      if (table.name === 'load-balancer') withoutSome(() => placed, policies);
    });
  }
});

/** What is seen where a policy of the variant is not there: these tests can fail. */
function withoutSome(placed: () => PlacedTable, policies: readonly ReachPolicy[]): void {
  const takeAway = (name: string) =>
    placed().takeAway(policies.find(({ metadata }) => metadata.name === name) ?? assert.fail(name));
  const lost = () =>
    placed().table.allowed.filter(({ from, to }) => to.name === 'qdrant' && placed().table.ours.includes(from));

  it('and stops what no policy allows any more', async () => {
    await takeAway('context-engine-qdrant-in');
    assert.deepEqual(lost().map(inWords), [
      'mcp-indexer to qdrant, TCP 6333',
      'backup to qdrant, TCP 6333',
      'restore to qdrant, TCP 6333',
    ]);
    const outcomes = await placed().triedAll(new Set([...placed().table.denied, ...lost()]));
    assert.deepEqual(wrong(outcomes, lost(), isDenied), []);
    assert.equal(wrong(outcomes, placed().table.allowed, isOpen).length, 3);
  });

  it('and lets in whom no policy denies any more', async () => {
    await takeAway('context-engine-default-deny');
    const { denied, ours } = placed().table;
    // What goes out of our own pods is still told by other policies.
    const isOpened = ({ from, to }: Connection) =>
      ['backup', 'restore', 'drill'].includes(to.name) && !ours.includes(from);
    const still = [...denied.filter((each) => !isOpened(each)), ...lost()];
    const outcomes = await placed().triedAll(new Set(still));
    assert.deepEqual(wrong(outcomes, denied.filter(isOpened), isOpen), []);
    assert.deepEqual(wrong(outcomes, still, isDenied), []);
  });
}
