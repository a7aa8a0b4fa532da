import assert from 'node:assert/strict';
import type { V1Pod } from '@kubernetes/client-node';
import { waitFor } from '../../../operate/base/wait';
import { verify } from '../../../operate/commands/verify/verify';
import type { Day } from '../../support/node/day';
import { killContainer } from '../../support/node/programs';
import { embedsAnew } from './changes';

/** What happens to a server by itself, and what an operator does to it. */
export function faults(day: () => Day): void {
  describe('lives through', () => {
    const restarts = ({ status }: V1Pod) => status?.containerStatuses?.map(({ restartCount }) => restartCount);

    it('a restart, and every check of the server is good before and after', async () => {
      const ran = await day().fleet(verify, { restart: true, samples: 1 });
      assert.equal(ran.code, 0, ran.text);
      const subjects = ran.findings.map(({ subject }) => subject);
      assert.ok(subjects.includes('read gives it back after the restart'), subjects.join());
      assert.match(ran.finding('restart').found, /is ready after \d+ s/);
    });

    it('a server that is killed, which embeds everything anew and has lost nothing', async () => {
      const before = await day().memories();
      const pod = await day().server();
      await killContainer(pod, 'memory-mcp');
      const restarted = async () => restarts(await day().server())?.includes(1) || undefined;
      assert.ok(await waitFor(restarted, { seconds: 60, period: 200 }), 'it is started again');
      assert.equal((await day().server()).metadata?.uid, pod.metadata?.uid);
      assert.match(await day().log('memory-mcp'), embedsAnew);
      assert.deepEqual(await day().memories(), before);
    });
  });
}
