import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { confirm } from '../../base/ask';
import type { FleetHome } from '../../base/fleet-home';
import { withLock } from '../../base/lock';
import { type CommandRun, localName } from '../../base/run';
import { destroyCluster } from '../../local-cluster';
import { processesInWords } from '../stop/stop';

/** What the operator can say to `reset`. */
export interface ResetOptions {
  readonly yes?: boolean;
}

/**
 * Ends the control plane and forgets it: its data, and the state of what was deployed to it. The tools stay, and so
 * does the state of existing clusters, because what was deployed there is still there.
 */
export async function reset(run: CommandRun, options: ResetOptions): Promise<void> {
  const { home, signal } = run;
  const cluster = home.cluster(localName).root;
  const state = join(home.state, localName);
  if (!existsSync(cluster) && !existsSync(state)) {
    console.log('there is nothing to forget');
    return;
  }
  const question = `Forget the local control plane, everything on it, and its deployment state (${cluster}, ${state})?`;
  if (!(await confirm(question, { yes: options.yes === true, signal }))) {
    console.log('nothing was touched');
    return;
  }
  await withLock(home.locks, `cluster-${localName}`, () => forget(home, state), {
    signal,
    onWait: () => console.log('waiting for a start that is under way'),
  });
}

async function forget(home: FleetHome, state: string): Promise<void> {
  const ended = await destroyCluster(home, localName);
  rmSync(state, { recursive: true, force: true });
  if (ended.length > 0) console.log(processesInWords(ended));
  console.log(`forgot the local control plane and its state; the tools in ${home.tools} are kept`);
  const others = existsSync(home.state) ? readdirSync(home.state) : [];
  if (others.length > 0) console.log(`kept the state of ${others.length} existing cluster(s) in ${home.state}`);
}
