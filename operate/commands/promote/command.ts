import { Command } from 'commander';
import { contextOption, jsonOption, kubeconfigOption } from '../common-options';
import type { PromoteOptions } from './promote';

/** The command line of `promote`. What it does is handed in, so that its modules are loaded only when it is called. */
export function promoteCommand(action: (options: PromoteOptions) => Promise<void>): Command {
  return new Command('promote')
    .description("take one stack's images and settings over to another's stack file and overlay")
    .requiredOption('--from <stack>', 'where the change has proven itself')
    .requiredOption('--to <stack>', 'where it is to go')
    .option(
      '--key <key...>',
      'only these keys and what lies below them, such as memoryMcp.image; also ones that differ by nature',
    )
    .option('--check', 'write nothing; fail if there is something to promote')
    .option('--dry-run', 'write nothing; show what would change')
    .addOption(jsonOption())
    .option('--yes', 'do not ask')
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addHelpText(
      'after',
      '\nFacts about a cluster (its gateway, host name, namespace, volume, remotes, tokens) differ by nature and stay.\nSecrets are never promoted.',
    )
    .action((options: PromoteOptions) => action(options));
}
