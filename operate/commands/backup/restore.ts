import { Failure } from '../../base/failure';
import type { CommandRun } from '../../base/run';
import type { RestoreOptions } from './command';
import { implementationOf } from './implementations';
import { printOutcomes } from './now';
import { savedBy } from './target';

/** Brings a backup back into the system, or lists the backups there are. @returns the exit code */
export async function restore(run: CommandRun, options: RestoreOptions): Promise<number> {
  const wanted = options.backup;
  if (wanted !== 'latest' && !/^[0-9a-f]{8,64}$/.test(wanted)) {
    throw new Failure(`--backup is ${wanted}`, 'give an id such as 4f1d2c3b, or latest; --list says which there are');
  }
  const all = await savedBy(run, options, (backup) => implementationOf(backup).restore !== undefined);
  const [saved, ...others] = all;
  if (saved === undefined) {
    throw new Failure(
      'the system takes its content from its remotes by itself, at its first start on an empty volume',
      'see docs/runbook.md',
    );
  }
  if (others.length > 0) {
    const names = all.map(({ backup }) => backup.name).join(', ');
    throw new Failure(`${saved.system.id} has several backups`, `choose by --name: ${names}`);
  }
  const outcome = await implementationOf(saved.backup).restore?.(saved, options);
  return printOutcomes('backup restore', options, saved.system.id, outcome ? [[saved.backup.name, outcome]] : []);
}
