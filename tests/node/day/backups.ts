import assert from 'node:assert/strict';
import type { V1CronJob, V1Job } from '@kubernetes/client-node';
import { Failure, Interrupted } from '../../../operate/base/failure';
import { waitFor } from '../../../operate/base/wait';
import { get } from '../../../operate/cluster/api';
import { drill } from '../../../operate/commands/backup/drill';
import { now } from '../../../operate/commands/backup/now';
import { status } from '../../../operate/commands/backup/status';
import { token } from '../../../operate/commands/token/token';
import type { Day } from '../../support/node/day';
import { nodeApi } from '../../support/node/pods';

const git = { name: 'git' };
const volume = { name: 'volume' };

/** What is saved, when, and what is said of it. */
export function backups(day: () => Day): void {
  describe('is saved', () => {
    afterEach(() => {
      day().remote.refuseWith = undefined;
    });

    const batch = () => `/apis/batch/v1/namespaces/${day().namespace}`;
    const head = async (of = 'common') => ((await day().remote.head(of)) ?? '').slice(0, 10);
    const jobsOnDemand = async () => {
      const { items } = (await get<{ items: V1Job[] }>(await nodeApi(), `${batch()}/jobs`)) ?? { items: [] };
      return items.map(({ metadata }) => metadata?.name ?? '').filter((name) => name.includes('-now-'));
    };
    const lastSuccess = async (name: string) =>
      (await get<V1CronJob>(await nodeApi(), `${batch()}/cronjobs/${name}`))?.status?.lastSuccessfulTime;

    it('by the schedules of both CronJobs', async function () {
      this.timeout(180_000);
      for (const name of ['memory-mcp-backup', 'memory-mcp-volume-backup']) {
        assert.ok(await waitFor(() => lastSuccess(name), { seconds: 150, period: 500 }), `${name} has ended well`);
      }
      const files = [...(await day().remote.files('common')), ...(await day().remote.files('work'))];
      assert.ok(files.includes('global/kept.md') && files.some((file) => file.endsWith('task.md')), files.join());
      const told = await day().fleet(status);
      assert.equal(told.code, 0, told.text);
      assert.match(told.finding('memories').found, new RegExp(`^last good run .* ago .*newest commit ${await head()}`));
      assert.match(told.finding('volume').found, /^last good run .* ago .*recall_log\.sqlite/);
    });

    it('at once, with the new commit of every remote as evidence, and the token nowhere', async () => {
      await day().remember('second', 'work/a/other');
      const scheduled = await lastSuccess('memory-mcp-backup');
      const ran = await day().fleet(now, git);
      assert.equal(ran.code, 0, ran.text);
      const counts = async () => (await lastSuccess('memory-mcp-backup')) !== scheduled || undefined;
      assert.ok(await waitFor(counts, { seconds: 10, period: 200 }), 'it counts as one of the schedule');
      assert.equal(ran.finding('memories').found.slice(0, 15), `new: ${await head()}`);
      assert.equal(ran.finding('memories of scope work/a').found.slice(0, 15), `new: ${await head('work')}`);
      assert.match(ran.finding('run').found, /the server answered .*"status":"sync complete"/);
      assert.ok(!ran.text.includes(day().remote.token));
      assert.deepEqual(await jobsOnDemand(), [], 'its Job is gone');
      const again = await day().fleet(now, git);
      assert.match(again.finding('memories').found, new RegExp(`^nothing new since 20.* UTC: ${await head()} of`));
    });

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

    it('which is tried out beside the server, as the status then tells', async () => {
      const ran = await day().fleet(drill, volume);
      assert.equal(ran.code, 0, ran.text);
      assert.match(
        ran.finding('volume').found,
        /^everything that it counts is there: volume: files with \d+, .*recall_log/,
      );
      const told = await day().fleet(status);
      assert.match(told.finding('drill of volume').found, /^last good one .* ago/);
    });

    it('not where the remote refuses, which says why, nor is it seen that it was', async () => {
      day().remote.refuseWith = 503;
      const ran = await day().fleet(now, git);
      assert.equal(ran.code, 1, ran.text);
      assert.match(ran.finding('run').found, /backup failed: sync: .*sync failed for \d\/2 repos/);
      assert.match(ran.finding('memories').found, /^no evidence: .*cannot be read/);
      const told = await day().fleet(status);
      assert.deepEqual([told.code, told.finding('memories').status], [0, 'warning'], 'what the cluster knows is good');
    });

    it('not with a token that its remotes take no more, and again when the server was restarted with the new one', async () => {
      day().remote.token = 'renewed-token-of-the-remote';
      const refused = await day().fleet(now, git);
      assert.equal(refused.code, 1, refused.text);
      await day().bring('token', day().remote.token);
      const renewed = await day().fleet(token, { roll: true });
      assert.equal(renewed.code, 0, renewed.text);
      const ran = await day().fleet(now, git);
      assert.equal(ran.code, 0, ran.text);
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
