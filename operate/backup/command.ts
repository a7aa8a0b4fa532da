import { Command } from 'commander';
import type { ClusterOptions } from '../cluster/stack-cluster';
import { contextOption, jsonOption, kubeconfigOption, stackOption, systemOption } from '../common-options';

/** What every command about backups is told. */
export interface BackupOptions extends ClusterOptions {
  readonly stack: string;
  readonly system?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface DrillOptions extends BackupOptions {
  /** Entries whose bodies are compared, a whole number as text. */
  readonly samples: string;
  readonly yes?: boolean | undefined;
}

/** What the commands do. It is handed in, so that their modules are loaded only when they are called. */
export interface BackupActions {
  readonly now: (options: BackupOptions) => Promise<void>;
  readonly status: (options: BackupOptions) => Promise<void>;
  readonly drill: (options: DrillOptions) => Promise<void>;
}

const credentials = `
The remotes are read with the token in FLEET_GIT_TOKEN, else with that of the server's own Secret, else with whatever
your own git is set up with.`;

/** The command line of `backup`. */
export function backupCommand({ now, status, drill }: BackupActions): Command {
  return new Command('backup')
    .description('make a backup, see how old the backups are, try one out')
    .addCommand(
      withCommonOptions(new Command('now'))
        .description('make a backup at once and show what is new in its remote')
        .addHelpText(
          'after',
          `
Runs the scheduled backup once, as a Job that is removed again, and compares the newest commit of every remote before
and after it. It takes as long as the scheduled one may, and refuses while one is running.${credentials}`,
        )
        .action((options: BackupOptions) => now(options)),
    )
    .addCommand(
      withCommonOptions(new Command('status'))
        .description('say when every store was backed up, where, and whether that is recent enough')
        .addHelpText(
          'after',
          `
What the cluster knows is told also where a remote cannot be reached; that is then a warning.${credentials}`,
        )
        .action((options: BackupOptions) => status(options)),
    )
    .addCommand(
      withCommonOptions(new Command('drill'))
        .description('restore the newest backup beside the system, compare the two, remove it again')
        .option('--samples <number>', 'memories whose text is compared', '10')
        .option('--yes', 'remove what an earlier drill left behind without asking')
        .addHelpText(
          'after',
          `
Copies the remotes to this machine, and from here into a namespace of its own (memory-mcp-drill-<id>) whose pods reach
nothing and nobody. There the system's own server starts on the copy. Everything is removed again, also after Ctrl-C.
What was written after the backup is told apart from what the backup lost; the latter makes the answer no.${credentials}`,
        )
        .action((options: DrillOptions) => drill(options)),
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
