import assert from 'node:assert/strict';
import type { V1Pod } from '@kubernetes/client-node';
import { waitFor } from '../../../operate/base/wait';
import { get } from '../../../operate/cluster/api';
import { verify } from '../../../operate/commands/verify/verify';
import { clients, type Day, url } from '../../support/node/day';
import { inPod, nodeApi } from '../../support/node/pods';
import { killContainer, restartKubelet } from '../../support/node/programs';
import { embedsAnew, logOf } from './changes';

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
      assert.match(await logOf('memory-mcp'), embedsAnew);
      assert.deepEqual(await day().memories(), before);
    });

    it('a kubelet that is killed and comes back, without a request that fails', async () => {
      const pod = await day().server();
      await day().refuses('');
      // Through the kubelet goes what reads the answers, so they are kept where they come in.
      const asks = `for each in $(seq 70); do curl -s -m 2 -o /dev/null -w '%{http_code}\\n' ${url}; sleep 0.1; done`;
      const begun = await inPod(clients, 'client', 'sh', '-c', `(${asks}; echo done) >/dev/shm/answers 2>&1 &`);
      assert.equal(begun.exitCode, 0, begun.stderr);
      await restartKubelet(4);
      const ready = async () => {
        const node = await get<V1Pod>(await nodeApi(), '/api/v1/nodes/real');
        return node?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') || undefined;
      };
      assert.ok(await waitFor(ready, { seconds: 60, period: 200 }), 'the node is ready again');
      const all = async () => {
        const { stdout } = await inPod(clients, 'client', 'cat', '/dev/shm/answers');
        return stdout.endsWith('done\n') ? stdout.trim().split('\n') : undefined;
      };
      // Without a token, which the proxy says itself.
      assert.deepEqual([...new Set(await waitFor(all, { seconds: 30, period: 500 }))], ['401', 'done']);
      const after = await day().server();
      assert.deepEqual([after.metadata?.uid, restarts(after)], [pod.metadata?.uid, restarts(pod)]);
    });
  });
}
