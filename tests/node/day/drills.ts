import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Namespace } from '@kubernetes/client-node';
import { Interrupted } from '../../../operate/base/failure';
import { waitFor } from '../../../operate/base/wait';
import { create, get } from '../../../operate/cluster/api';
import { drill } from '../../../operate/commands/backup/drill';
import { drillLabel } from '../../../operate/commands/backup/git/drill/scratch';
import { now } from '../../../operate/commands/backup/now';
import type { Day } from '../../support/node/day';
import { remembering } from '../../support/node/day-server';
import { nodeApi, podsOf } from '../../support/node/pods';

const git = { name: 'git' };

/** What was pushed, served by a server of its own. */
export function drills(day: () => Day): void {
  describe('is tried out from git', () => {
    before(async () => {
      const many = Array.from({ length: 110 }, (_, index) => `many-${index}`);
      await day().remember(...many);
      const { code, text } = await day().fleet(now, git);
      assert.equal(code, 0, text);
    });
    after(async () => {
      // The next run would take over what the test has removed there.
      const { code, text } = await day().fleet(now, git);
      assert.equal(code, 0, text);
    });
    afterEach(async () => {
      day().remote.refuseWith = undefined;
      assert.deepEqual(await scratch(), [], 'nothing is left of it');
    });

    const scratch = async () => {
      const selector = encodeURIComponent(`${drillLabel}=${day().namespace}`);
      const path = `/api/v1/namespaces?labelSelector=${selector}`;
      const { items = [] } = (await get<{ items: V1Namespace[] }>(await nodeApi(), path)) ?? {};
      return items.map(({ metadata }) => metadata?.name ?? '');
    };

    it('with everything of every remote, compared and found', async () => {
      const ran = await day().fleet(drill, git);
      assert.equal(ran.code, 0, ran.text);
      const all = (await day().memories()).length;
      assert.ok(all > 110, 'more than one page');
      assert.equal(ran.finding('list').found, `${all} in the system, ${all} in the backup, ${all} the same; 2 groups`);
      assert.match(ran.finding('memories of scope work/a').found, /^restored \w{10} of /);
      assert.equal(ran.finding('samples').found, '5 read on both sides, every body the same');
      assert.equal(ran.finding('search').status, 'ok');
      assert.match(ran.finding('time').found, /fetch .* s, restore .* s, start and index .* s, compare .* s/);
    });

    it('which tells what the backup lost from what was written, changed and forgotten since', async () => {
      // Commits have whole seconds.
      await sleep(1100);
      await day().remote.commit('common', { 'global/many-7.md': undefined });
      await sleep(1100);
      await day().inSession(async (session) => {
        await session.call(remembering('later'));
        const changed = { name: 'task', scope: 'work/a', content: 'changed since' };
        await session.call({ tool: 'edit', arguments: changed });
        await session.call({ tool: 'forget', arguments: { name: 'many-3', scope: 'global' } });
      });
      const ran = await day().fleet(drill, git);
      assert.equal(ran.code, 1, ran.text);
      assert.equal(ran.finding('lost').found, 'older than the backup and not in it: 1: global/many-7');
      assert.equal(ran.finding('newer than the backup').found, 'written after it: 2: global/later, work/a/task');
      assert.match(ran.finding('only in the backup').found, /: 1: global\/many-3$/);
      assert.ok(!ran.text.includes('older than the backup and not the same'), ran.text);
    });

    it('unless the operator ends it', async () => {
      const interrupt = new AbortController();
      const ended = assert.rejects(day().fleet(drill, git, interrupt.signal), Interrupted);
      const runs = async () => (await podsOf((await scratch())[0] ?? 'none')).length > 0 || undefined;
      assert.ok(await waitFor(runs, { seconds: 30, period: 100 }), 'its pod is there');
      interrupt.abort();
      await ended;
    });

    it('unless a remote cannot be read, and what a drill that was killed has left is removed', async () => {
      const metadata = { name: 'memory-mcp-drill-killed', labels: { [drillLabel]: day().namespace } };
      await create(await nodeApi(), '/api/v1/namespaces', { metadata });
      day().remote.refuseWith = 503;
      await assert.rejects(day().fleet(drill, { ...git, yes: true }), /cannot be read/);
    });
  });
}
