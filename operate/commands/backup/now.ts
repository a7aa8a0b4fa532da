import type { CommandRun } from '../../base/run';
import { printReport } from '../../report/print';
import type { BackupOptions } from './command';
import type { BackupOutcome } from './implementation';
import { implementationOf } from './implementations';
import { savedBy } from './target';

/** Makes a backup at once. @returns the exit code */
export async function now(run: CommandRun, options: BackupOptions): Promise<number> {
  const all = await savedBy(run, options);
  const outcomes: [string, BackupOutcome][] = [];
  for (const saved of all) {
    outcomes.push([saved.backup.name, await implementationOf(saved.backup).now(saved, options)]);
  }
  return printOutcomes('backup now', options, all[0]?.system.id, outcomes);
}

/** Prints what came of the backups of a system. @returns the exit code */
export function printOutcomes(
  command: string,
  options: BackupOptions,
  system: string | undefined,
  outcomes: readonly (readonly [string, BackupOutcome])[],
): number {
  const findings = outcomes.flatMap(([, outcome]) => outcome.findings);
  const backups = Object.fromEntries(outcomes.map(([name, { facts = {} }]) => [name, facts]));
  return printReport({ command, stack: options.stack, findings, facts: { system, backups } }, options);
}
