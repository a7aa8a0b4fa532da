import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../base/wait';
import { isRunningEngine } from './stale-locks';

/** How long a killed process may take to end; one that hangs in the kernel is left to it. */
const patience = { seconds: 5, period: 10 };

/**
 * Kills the providers that an engine started out of this PULUMI_HOME and that outlived it: a provider leads a process
 * group of its own and does not notice when its engine is killed. Whether what it was doing reached the cluster makes
 * no difference, because the next run looks. They have ended when this returns: until then they may still write.
 *
 * @returns their process ids
 */
export async function killOrphanedProviders(pulumiHome: string): Promise<readonly number[]> {
  const plugins = `${join(pulumiHome, 'plugins')}/`;
  const killed = processIds().filter((pid) => isOrphanFrom(plugins, pid) && kill(pid));
  await waitFor(() => killed.every((pid) => !isFrom(plugins, pid)) || undefined, patience);
  return killed;
}

function isOrphanFrom(plugins: string, pid: number): boolean {
  try {
    return isFrom(plugins, pid) && !isRunningEngine(parentOf(pid));
  } catch {
    return false; // Ended while we looked.
  }
}

/** Whether a process runs a program of that folder. One that has ended has no command line any more. */
function isFrom(plugins: string, pid: number): boolean {
  try {
    return (readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '').startsWith(plugins);
  } catch {
    return false;
  }
}

/** The program's name stands in brackets and may hold anything; the state and the parent come after it. */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function processIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false; // Ended by itself in the meantime.
  }
}
