import { Command } from 'commander';
import { contextOption, jsonOption, kubeconfigOption, stackOption } from '../common-options';
import type { DoctorOptions } from './doctor';

const help = `
Looks and changes nothing: whether the cluster is reached and is the right one, serves every kind of the plan, has the
Gateway, IngressClass, StorageClass, Argo CD project and secret store that the stack names, enforces network policies, and lets you
write. A thing that you may not look at is a warning.

Exit codes: 0 nothing is missing (there may be warnings); 1 something is; 2 the cluster or the stack file cannot be used.

  npx fleet doctor --stack goddess
  npx fleet doctor --stack goddess --json | jq '.findings[] | select(.status == "missing")'`;

/** The command line of `doctor`. What it does is handed in, so that its modules are loaded only when it is called. */
export function doctorCommand(action: (options: DoctorOptions) => Promise<void>): Command {
  return new Command('doctor')
    .description('say before `up` what a cluster lacks for a stack, each with its remedy')
    .addOption(stackOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((options: DoctorOptions) => action(options));
}
