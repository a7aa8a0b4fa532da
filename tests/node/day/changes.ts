import assert from 'node:assert/strict';
import type { Day } from '../../support/node/day';
import { ctr } from '../../support/node/programs';
import { bearer } from './first-up';

const image = 'ghcr.io/butterflyskies/memory-mcp:0.17.1';
const other = `${image}-again`;
/** Token of the clients after its rotation. */
export const secondBearer = 'second-bearer-token';

/** What the server writes where it embeds every memory anew. */
export const embedsAnew = /rebuilding from scratch/;

/** A minute that comes in at least so many seconds, as a schedule. */
function minuteAfter(seconds: number): string {
  const then = new Date(Math.ceil((Date.now() + seconds * 1000) / 60_000) * 60_000);
  return `${then.getUTCMinutes()} ${then.getUTCHours()} * * *`;
}

/** One `up` of a stack file with another image, another token of the clients, another index and another schedule. */
export function changes(day: () => Day): void {
  describe('changes the stack file', () => {
    before(async () => {
      await day().remember('kept', 'work/a/task');
      await day().judge('kept');
      await day().bring('bearer', secondBearer);
      await ctr('images', 'tag', image, other);
      const kept = { maxAgeSeconds: 2 * 86_400 };
      const schedule = minuteAfter(30);
      day().change({
        image: other,
        indexRevision: 1,
        authentication: { mode: 'bearer', secret: { source: 'existing', secretRevision: 1 } },
        backup: { ...kept, schedule, volume: { ...kept, schedule } },
      });
    });

    it('whose token counts with the next up, and not before', async () => {
      assert.deepEqual([await day().answers(bearer), await day().answers(secondBearer)], ['200', '401']);
      const { changes: made } = await day().up();
      assert.deepEqual(Object.keys(made).sort(), ['same', 'update'], JSON.stringify(made));
      await day().server();
      assert.deepEqual([await day().answers(bearer), await day().answers(secondBearer)], ['401', '200']);
    });

    it('whose image then runs, with every memory', async () => {
      const { spec, status } = await day().server();
      // What a container runs is told by any of the names that an image has.
      assert.equal(spec?.containers.find(({ name }) => name === 'memory-mcp')?.image, other);
      assert.ok(status?.containerStatuses?.every(({ restartCount }) => restartCount === 0));
      assert.deepEqual(await day().memories(), ['global/kept', 'work/a/task']);
    });

    it('which takes the search index away, embeds everything anew, and keeps the recall log', async () => {
      const removed = await day().log('rebuild-index');
      assert.match(removed, /^\/data\/repo\/\.memory-mcp-index\/.*\.usearch$/m);
      assert.doesNotMatch(removed, /recall_log/);
      assert.match(await day().log('memory-mcp'), embedsAnew);
      assert.equal(await day().verdicts(), 1);
    });
  });
}
