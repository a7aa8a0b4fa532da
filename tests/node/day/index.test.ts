import { orSkip } from '../../support/contract/missing';
import { Day } from '../../support/node/day';
import { requireImage } from '../../support/node/images';
import { backups } from './backups';
import { changes } from './changes';
import { faults } from './faults';
import { firstUp } from './first-up';

// One day of one stack, in this order; every part finds what the parts before it have left.
describe('the day of an operator, whose server', function () {
  this.timeout(120_000);
  let begun: Day;
  const day = () => begun;

  before(async function () {
    await orSkip(this, () => requireImage('ghcr.io/butterflyskies/memory-mcp:0.17.1'));
    begun = await orSkip(this, () => Day.begun('day'));
  });
  after(() => begun?.end());

  firstUp(day);
  changes(day);
  faults(day);
  backups(day);
});
