import type { CommandRun } from '../../base/run';
import type { DrillOptions } from './command';
import type { BackupOutcome } from './implementation';
import { implementationOf } from './implementations';
import { printOutcomes } from './now';
import { savedBy } from './target';

/** Tries out the newest backup. @returns the exit code */
export async function drill(run: CommandRun, options: DrillOptions): Promise<number> {
  const all = await savedBy(run, options);
  const outcomes: [string, BackupOutcome][] = [];
  for (const saved of all) {
    outcomes.push([saved.backup.name, await implementationOf(saved.backup).drill(saved, options)]);
  }
  return printOutcomes('backup drill', options, all[0]?.system.id, outcomes);
}
