import assert from 'node:assert/strict';
import { now } from '../../../operate/commands/backup/now';
import { promtool } from '../../support/alerts/promtool';
import { rulesOf } from '../../support/alerts/samples';
import { projectDir } from '../../support/cluster/control-plane';
import type { Day } from '../../support/node/day';
import { inPod } from '../../support/node/pods';
import { volumeOf } from '../../support/node/programs';
import { type SmallVolume, smallVolumeAt, volumeSeries } from '../../support/node/small-volume';

const alert = 'MemoryMcpVolumeNearlyFull';
const claim = 'memory-mcp-data';

/** A small volume that has no room left. */
export function fullVolume(day: () => Day): void {
  describe('fills its volume', () => {
    let small: SmallVolume | undefined;
    const inServer = (script: string) =>
      inPod(day().namespace, ['deployment/memory-mcp', '-c', 'memory-mcp'], 'sh', '-c', script);

    before(async () => {
      await day().stop();
      small = await smallVolumeAt(await volumeOf(day().namespace, claim));
      await day().start();
      // Nothing but the small volume is ever written full.
      const full = await inServer(
        `grep -q ' /data tmpfs ' /proc/mounts && ! head -c ${small.bytes} /dev/zero >/data/filler`,
      );
      assert.equal(full.exitCode, 0, full.stderr);
      assert.match(full.stderr, /No space left on device/);
    });
    after(async () => {
      await day().stop();
      await small?.remove();
    });

    it('which the kubelet tells, in numbers that the alert goes off by', async () => {
      const series = await volumeSeries(day().namespace, claim, (free) => free === 0);
      const tool = await promtool(projectDir);
      const labels = { namespace: day().namespace, persistentvolumeclaim: claim };
      try {
        await tool.test(rulesOf(day().monitored), series, [
          { alert, minute: 9, firing: [] },
          { alert, minute: 11, firing: [labels] },
        ]);
      } finally {
        tool.tidy();
      }
    });

    it('and says so to whoever writes, while everything can be read', async () => {
      const before = await day().memories();
      await assert.rejects(day().remember('no-room'), /No space left on device/i);
      assert.match(await day().log('memory-mcp'), /No space left on device/i);
      assert.deepEqual(await day().memories(), before);
      assert.ok(!before.includes('global/no-room'));
    });

    it('and goes on without a restart when there is room, with nothing lost that it had taken', async () => {
      await inServer('rm /data/filler');
      await day().remember('with-room');
      const ran = await day().fleet(now, { name: 'git' });
      assert.equal(ran.code, 0, ran.text);
      assert.ok((await day().remote.files('common')).includes('global/with-room.md'));
      const { status } = await day().server();
      assert.ok(status?.containerStatuses?.every(({ restartCount }) => restartCount === 0));
    });
  });
}
