import { withLock } from '../../base/lock';
import { type CommandRun, localName } from '../../base/run';
import { type ClusterProcess, stopCluster } from '../../local-cluster';
import { nodesOf } from '../../local-cluster/control-plane';
import { startOf } from '../../local-cluster/kinds-of-nodes';

/** Ends the control plane that `start` began, by the ids of its processes, and keeps its data. */
export async function stop(run: CommandRun): Promise<void> {
  const ended = await withLock(run.home.locks, `cluster-${localName}`, () => stopCluster(run.home, localName), {
    signal: run.signal,
    onWait: () => console.log('waiting for a start that is under way'),
  });
  if (ended.length === 0) console.log('nothing was running');
  else {
    const again = startOf(nodesOf(run.home, localName));
    console.log(`${processesInWords(ended)}\nIts data is kept: \`${again}\` goes on with it.`);
  }
}

/** What was ended, one line a process. */
export function processesInWords(ended: readonly ClusterProcess[]): string {
  return ended.map(({ name, pid }) => `ended ${name} (process ${pid})`).join('\n');
}
