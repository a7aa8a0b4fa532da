import { ensureNamespace } from '../../support/cluster/control-plane';
import { orSkip } from '../../support/contract/missing';
import { Day } from '../../support/node/day';
import { requireImage } from '../../support/node/images';
import { bringAll } from './first-up';

/** A suite about a server that runs and has two memories, on a stack of its own. What the parts are about is up to them. */
export function onRunningServer(stack: string, ...parts: readonly ((day: () => Day) => void)[]) {
  return function (this: Mocha.Suite) {
    this.timeout(120_000);
    let begun: Day;

    before(async function () {
      await orSkip(this, () => requireImage('ghcr.io/butterflyskies/memory-mcp:0.17.1'));
      begun = await orSkip(this, () => Day.begun(stack));
      await ensureNamespace(begun.namespace);
      await bringAll(begun);
      await begun.up();
      await begun.server();
      await begun.remember('kept', 'work/a/task');
    });
    after(() => begun?.end());

    for (const part of parts) part(() => begun);
  };
}
