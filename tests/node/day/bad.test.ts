import { ensureNamespace } from '../../support/cluster/control-plane';
import { orSkip } from '../../support/contract/missing';
import { Day } from '../../support/node/day';
import { requireImage } from '../../support/node/images';
import { drills } from './drills';
import { bringAll } from './first-up';
import { fullVolume } from './full-volume';
import { restores } from './restores';

// In this order; every part finds what the parts before it have left.
describe('a bad day of an operator, whose server', function () {
  this.timeout(120_000);
  let begun: Day;
  const day = () => begun;

  before(async function () {
    await orSkip(this, () => requireImage('ghcr.io/butterflyskies/memory-mcp:0.17.1'));
    begun = await orSkip(this, () => Day.begun('bad-day'));
    await ensureNamespace(begun.namespace);
    await bringAll(begun);
    await begun.up();
    await begun.server();
    await begun.remember('kept', 'work/a/task');
  });
  after(() => begun?.end());

  drills(day);
  restores(day);
  fullVolume(day);
});
