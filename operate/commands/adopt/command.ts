import { Command } from 'commander';
import { contextOption, jsonOption, kubeconfigOption, stackOption } from '../common-options';
import type { AdoptOptions } from './adopt';

const help = `
For a system that kubectl, Helm or Argo CD has installed. Each object of the stack is matched with the live one by kind, namespace
and name, and the API server is asked what it would become. Nothing is ever replaced or deleted: where that would be needed,
because a fixed field differs, adoption is refused and the key of the stack file or the step by hand is named.

With --apply the fields pass from those who wrote them to this program, so that what is not described any more goes, and the
engine registers the objects in the state that \`fleet start --kubeconfig\` keeps for the cluster. The namespace and the volume stay
the same objects and are protected from then on.

For the engine's own command line, --write-import makes a file for \`pulumi import --file\`.

Examples:
  fleet adopt --stack goddess
  fleet adopt --stack goddess --apply
  fleet adopt --stack goddess --write-import import.json`;

/** The command line of `adopt`. What it does is handed in, so that its modules are loaded only when it is called. */
export function adoptCommand(action: (options: AdoptOptions) => Promise<void>): Command {
  return new Command('adopt')
    .description('take a system that runs already into a stack, without replacing or deleting anything')
    .addOption(stackOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .option('--apply', 'do it, after asking; without it this is a plan only')
    .option('--yes', 'do not ask')
    .option('--write-import <file>', 'also write a file for `pulumi import --file`')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((options: AdoptOptions) => action(options));
}
