import { Command } from 'commander';
import {
  contextOption,
  jsonOption,
  kubeconfigOption,
  type SystemOptions,
  stackOption,
  systemOption,
} from '../common-options';

/** What the operator can say to `recover`. */
export interface RecoverOptions extends SystemOptions {
  /** Name of a backup of the system, where it has several. */
  readonly from?: string | undefined;
  /** Id of a backup or name of a set, or `latest`. */
  readonly backup: string;
  /** Deploy the stack with the engine of this command. */
  readonly up?: boolean | undefined;
  /** Go on where there are data already. */
  readonly overExisting?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

/** The command line of `recover`. */
export function recoverCommand(recover: (options: RecoverOptions) => Promise<void>): Command {
  return new Command('recover')
    .description('bring a system and its data back onto a cluster that has lost them')
    .addOption(stackOption())
    .addOption(systemOption())
    .option('--from <name>', 'which backup of the system, where it has several')
    .option('--backup <id>', 'id of a backup or name of a set of snapshots, or latest', 'latest')
    .option('--up', 'deploy the stack by this command; without it you run `pulumi up --refresh` in between')
    .option('--over-existing', 'go on where volumes of the system are there already')
    .option('--yes', 'overwrite what is in the way without asking; only together with --over-existing')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
1. The namespace is made, and every Secret that others bring must be there: what is missing is named with the command
   that brings it.
2. Claims are made of the snapshots of one set, before any pod could make empty ones. Backups by restic come later.
3. The objects of the stack: by --up, else by your own \`pulumi up --refresh\`, after which you run this again.
4. A backup by restic is loaded while the servers are away. What is there then is counted, and compared with what the
   backup or the set says.

Each step that is done already is left alone, so the command can be run again until it ends well; from the second run on
with --over-existing where volumes were made by the first. A volume that is there
is never overwritten unless you say so twice: by --over-existing, and to the question what would be lost (or by --yes). A
snapshot never goes into a volume that is there.

  fleet recover --stack STACK --system SYSTEM --up
  fleet recover --stack STACK --system SYSTEM --from snapshots --backup 20261128-033000 --up`,
    )
    .action((options: RecoverOptions) => recover(options));
}
