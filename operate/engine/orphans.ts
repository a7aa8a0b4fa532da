import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunningEngine } from './stale-locks';

/**
 * Kills the providers that an engine started out of this PULUMI_HOME and that outlived it: a provider leads a process
 * group of its own and does not notice when its engine is killed. Whether what it was doing reached the cluster makes
 * no difference, because the next run looks.
 *
 * @returns their process ids
 */
export function killOrphanedProviders(pulumiHome: string): readonly number[] {
  const plugins = `${join(pulumiHome, 'plugins')}/`;
  return processIds().filter((pid) => isOrphanFrom(plugins, pid) && kill(pid));
}

function isOrphanFrom(plugins: string, pid: number): boolean {
  try {
    const program = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
    return program.startsWith(plugins) && !isRunningEngine(parentOf(pid));
  } catch {
    return false; // Ended while we looked.
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
