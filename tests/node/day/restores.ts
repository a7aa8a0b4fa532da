import assert from 'node:assert/strict';
import { drill } from '../../../operate/commands/backup/drill';
import { now } from '../../../operate/commands/backup/now';
import { restore } from '../../../operate/commands/backup/restore';
import type { Day } from '../../support/node/day';
import { kubectl } from '../../support/node/pods';

const newest = { name: 'volume', backup: 'latest' };

/** A volume that is lost, and what comes back: the memories from their remotes, everything else from its own backup. */
export function restores(day: () => Day): void {
  describe('loses its volume', () => {
    let memories: readonly string[];

    before(async () => {
      await day().judge('kept');
      for (const name of ['git', 'volume']) {
        const { code, text } = await day().fleet(now, { name });
        assert.equal(code, 0, text);
      }
      // The remotes have more than the last backup of the volume.
      await day().remember('since');
      const { code, text } = await day().fleet(now, { name: 'git' });
      assert.equal(code, 0, text);
      memories = await day().memories();
    });

    it('never by a restore while it runs', async () => {
      const ran = await day().fleet(restore, { ...newest, yes: true });
      assert.equal(ran.code, 1, ran.text);
      assert.match(ran.finding('restore').found, /^nothing is changed: what is restored is in use by memory-mcp-\S+$/);
      assert.match(ran.text, /scale deployment\/memory-mcp --replicas 0/);
      assert.deepEqual(await day().memories(), memories);
    });

    it('and gets another one by an up, which it fills from its remotes at its start', async () => {
      await day().stop();
      const { exitCode, stderr } = await kubectl('-n', day().namespace, 'delete', 'pvc', 'memory-mcp-data');
      assert.equal(exitCode, 0, stderr);
      await day().up({ refresh: true });
      await day().server();
      assert.deepEqual(await day().memories(), memories);
      assert.equal(await day().verdicts(), 0, 'what is in no git is lost');
      const ran = await day().fleet(drill, { name: 'git' });
      assert.equal(ran.code, 0, ran.text);
      assert.ok(!ran.findings.some(({ subject }) => subject === 'only in the backup'), ran.text);
    });

    it('and gets its recall log back from the backup of the volume, chosen from a list', async () => {
      const list = await day().fleet(restore, { ...newest, list: true });
      const [, id = ''] = /"subject": ?"([0-9a-f]{8})"/.exec(list.text) ?? assert.fail(list.text);
      assert.match(list.finding(id).found, /; volume: \d+ in \d+$/);
      await day().stop();
      const ran = await day().fleet(restore, { ...newest, backup: id, yes: true });
      assert.equal(ran.code, 0, ran.text);
      assert.match(ran.finding('overwritten').found, /^volume: /);
      await day().start();
      assert.equal(await day().verdicts(), 1);
      assert.deepEqual(await day().memories(), memories);
    });
  });
}
