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
export interface BackupOptions extends SystemOptions {
  /** Name of a backup of the system, where it has several. */
  readonly name?: string | undefined;
}

export interface DrillOptions extends BackupOptions {
  /** Entries whose bodies are compared, a whole number as text. */
  readonly samples: string;
  readonly yes?: boolean | undefined;
}

export interface RestoreOptions extends BackupOptions {
  /** Id of a backup, or `latest`. */
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
remote before and after it, or what the new backup has. It takes as long as the scheduled one may, and refuses
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
What the cluster knows is told also where a remote cannot be reached; that is then a warning. What a backup of a store
has, the log of its run says, for as long as its Job is there.${credentials}`,
        )
        .action((options: BackupOptions) => status(options)),
    )
    .addCommand(
      withCommonOptions(new Command('drill'))
        .description('restore the newest backup beside the system, compare the two, remove it again')
        .option('--samples <number>', 'git: entries whose content is compared', '10')
        .option('--yes', 'git: remove what an earlier drill left behind without asking')
        .addHelpText(
          'after',
          `
Git: copies the remotes to this machine, and from here into a namespace of its own (memory-mcp-drill-<id>) whose pods
reach nothing and nobody. There the system's own server starts on the copy. What was written after the backup is told
apart from what the backup lost; the latter makes the answer no.

Stores: a Job of the system's own loads the newest backup into stores of its own, in a pod that nobody reaches, counts
what is there, and compares that with the counts in the backup.

Everything is removed again, also after Ctrl-C.${credentials}`,
        )
        .action((options: DrillOptions) => drill(options)),
    )
    .addCommand(
      withCommonOptions(new Command('restore'))
        .description('restore a backup into the stores of the system')
        .option('--backup <id>', 'which backup, or latest: the newest that has anything', 'latest')
        .option('--list', 'say which backups there are, and change nothing')
        .option('--yes', 'overwrite what is in the way without asking')
        .addHelpText(
          'after',
          `
Runs the system's own restore as a Job that is removed again. Everything is looked at before anything is changed: what has
something in it is overwritten only after you have agreed. What is not in the backup is left alone. In the end what is
there is counted, and compared with the counts in the backup.

Stop whatever writes to the system before, and no scheduled backup may run meanwhile.

  fleet backup restore --stack goddess --system contextEngine --list
  fleet backup restore --stack goddess --system contextEngine --backup 4f1d2c3b`,
        )
        .action((options: RestoreOptions) => restore(options)),
    );
}

function withCommonOptions(command: Command): Command {
  return command
    .addOption(stackOption())
    .addOption(systemOption())
    .option('--name <name>', 'which backup of the system, where it has several')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(jsonOption());
}
