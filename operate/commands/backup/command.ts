import { Command } from 'commander';
import {
  contextOption,
  jsonOption,
  kubeconfigOption,
  type SystemOptions,
  stackOption,
  systemOption,
} from '../common-options';

/** What every command about backups is told. */
export type BackupOptions = SystemOptions;

export interface DrillOptions extends BackupOptions {
  /** Entries whose bodies are compared, a whole number as text. */
  readonly samples: string;
  readonly yes?: boolean | undefined;
}

export interface RestoreOptions extends BackupOptions {
  /** Stamp of a backup, or `latest`. */
  readonly backup: string;
  readonly list?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** What the commands do. It is handed in, so that their modules are loaded only when they are called. */
export interface BackupActions {
  readonly now: (options: BackupOptions) => Promise<void>;
  readonly status: (options: BackupOptions) => Promise<void>;
  readonly drill: (options: DrillOptions) => Promise<void>;
  readonly restore: (options: RestoreOptions) => Promise<void>;
}

const credentials = `
The remotes are read with the token in FLEET_GIT_TOKEN, else with that of the server's own Secret, else with whatever
your own git is set up with.`;

/** The command line of `backup`. */
export function backupCommand({ now, status, drill, restore }: BackupActions): Command {
  return new Command('backup')
    .description('make a backup, see how old the backups are, try one out, restore one')
    .addCommand(
      withCommonOptions(new Command('now'))
        .description('make a backup at once and show what is in it')
        .addHelpText(
          'after',
          `
Runs the scheduled backup once, as a Job that is removed again, and shows what is new: the newest commit of every
remote before and after it, or the collections of the new backup. It takes as long as the scheduled one may, and refuses
while one is running.${credentials}`,
        )
        .action((options: BackupOptions) => now(options)),
    )
    .addCommand(
      withCommonOptions(new Command('status'))
        .description('say when every store was backed up, where, and whether that is recent enough')
        .addHelpText(
          'after',
          `
What the cluster knows is told also where a remote cannot be reached; that is then a warning. What a backup of snapshots
has, the log of its run says, for as long as its Job is there.${credentials}`,
        )
        .action((options: BackupOptions) => status(options)),
    )
    .addCommand(
      withCommonOptions(new Command('drill'))
        .description('restore the newest backup beside the system, compare the two, remove it again')
        .option('--samples <number>', 'entries whose content is compared', '10')
        .option('--yes', 'remove what an earlier drill left behind without asking')
        .addHelpText(
          'after',
          `
Git: copies the remotes to this machine, and from here into a namespace of its own (memory-mcp-drill-<id>) whose pods
reach nothing and nobody. There the system's own server starts on the copy. What was written after the backup is told
apart from what the backup lost; the latter makes the answer no.

Snapshots: restores the newest backup into a Qdrant of its own, in a pod (<system>-drill-<id>) that nobody reaches, and
compares collections, numbers of points, aliases and a sample of points with the living one.

Everything is removed again, also after Ctrl-C.${credentials}`,
        )
        .action((options: DrillOptions) => drill(options)),
    )
    .addCommand(
      withCommonOptions(new Command('restore'))
        .description('restore a backup of snapshots into the system')
        .option('--backup <stamp>', 'which backup, or latest: the newest with points', 'latest')
        .option('--list', 'say which backups there are, and change nothing')
        .option('--yes', 'overwrite what is in the way without asking')
        .addHelpText(
          'after',
          `
Runs the system's own restore as a Job that is removed again. Everything is looked at before anything is changed:
collections that have points, and aliases of other collections, are overwritten only after you have agreed. Collections
that are not in the backup are left alone. In the end the numbers of points are compared with the backup's manifest.

Stop whatever writes to the system before, and no scheduled backup may run meanwhile.

  fleet backup restore --stack goddess --system contextEngine --list
  fleet backup restore --stack goddess --system contextEngine --backup 20261121T024300Z`,
        )
        .action((options: RestoreOptions) => restore(options)),
    );
}

function withCommonOptions(command: Command): Command {
  return command
    .addOption(stackOption())
    .addOption(systemOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(jsonOption());
}
