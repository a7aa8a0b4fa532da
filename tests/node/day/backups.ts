import assert from 'node:assert/strict';
import type { V1Job } from '@kubernetes/client-node';
import { Failure, Interrupted } from '../../../operate/base/failure';
import { waitFor } from '../../../operate/base/wait';
import { get } from '../../../operate/cluster/api';
import { drill } from '../../../operate/commands/backup/drill';
import { now } from '../../../operate/commands/backup/now';
import { type Day, namespace } from '../../support/node/day';
import { nodeApi } from '../../support/node/pods';

const batch = `/apis/batch/v1/namespaces/${namespace}`;
const volume = { name: 'volume' };

/** What is saved, when, and what is said of it. */
export function backups(day: () => Day): void {
  describe('is saved', () => {
    const jobsOnDemand = async () => {
      const { items } = (await get<{ items: V1Job[] }>(await nodeApi(), `${batch}/jobs`)) ?? { items: [] };
      return items.map(({ metadata }) => metadata?.name ?? '').filter((name) => name.includes('-now-'));
    };
    it('at once, with the recall log in the backup of the volume', async () => {
      const ran = await day().fleet(now, volume);
      assert.equal(ran.code, 0, ran.text);
      assert.match(
        ran.finding('run').found,
        /^backup \w{8} is complete and checked, on volume memory-mcp-volume-backup$/,
      );
      assert.match(
        ran.finding('volume').found,
        /^volume: files with \d+, repo\/\.memory-mcp-index\/recall_log\.sqlite: recall_events with \d+/,
      );
    });

    for (const name of ['git', 'volume']) {
      it(`of ${name} by one run at a time, of which nothing is left where it is interrupted`, async () => {
        const interrupt = new AbortController();
        const first = assert.rejects(day().fleet(now, { name }, interrupt.signal), Interrupted);
        const runs = async () => ((await jobsOnDemand()).length === 1 ? true : undefined);
        assert.ok(await waitFor(runs, { seconds: 30, period: 50 }), 'it runs');
        await assert.rejects(day().fleet(name === 'git' ? now : drill, { name }), (error: Error) => {
          assert.match(error.message, /^Job memory-mcp-\S+-now-\w+ (has been running since|is under way)/);
          return error instanceof Failure;
        });
        interrupt.abort();
        await first;
        assert.deepEqual(await jobsOnDemand(), []);
      });
    }
  });
}
