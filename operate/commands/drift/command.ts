import { Command } from 'commander';
import { contextOption, jsonOption, kubeconfigOption, stackOption } from '../common-options';
import type { DriftOptions } from './drift';

const help = `
Every object of the stack is held against the live one by the API server itself (a dry run of the apply that \`up\` would do), so
defaults and other spellings of a value are no drift. Shown are: changed, removed and added fields, missing, extra and
refused objects, each with the field manager that wrote it and when, as far as the cluster records that.
Values of Secrets are never shown. Nothing is changed.

What others own by right is no drift: replicas under an autoscaler, the marks of Argo CD and of \`kubectl rollout
restart\`, images under Argo CD Image Updater, what controllers write. --all lists it.

Examples:
  fleet drift --stack goddess
  fleet drift --stack goddess --json | jq '.facts.differences[]'`;

/** The command line of `drift`. What it does is handed in, so that its modules are loaded only when it is called. */
export function driftCommand(action: (options: DriftOptions) => Promise<void>): Command {
  return new Command('drift')
    .description('compare a cluster with what its stack describes: what differs, who changed it, when')
    .addOption(stackOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .option('--all', 'also list what others own by right')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((options: DriftOptions) => action(options));
}
