import { Command, InvalidArgumentError, Option } from 'commander';
import { contextOption, jsonOption, kubeconfigOption, stackOption } from '../common-options';
import type { DoctorOptions } from './doctor';

const help = `
Looks and changes nothing: whether the cluster is reached and is the right one, serves every kind of the plan, has the
Gateway, IngressClass, StorageClass, Argo CD project and secret store that the stack names, enforces network policies, and lets you
write. A thing that you may not look at is a warning.

Exit codes: 0 nothing is missing (there may be warnings); 1 something is; 2 the cluster or the stack file cannot be used.

With --production: the production checklist instead. Each point is looked at on the cluster as it runs (its servers are asked
too, once without a token and once more often than a limit allows), or is \`yours\`, with how it is checked. What nobody could
look at is missing. --report keeps it as a page of Markdown.

  npx fleet doctor --stack goddess
  npx fleet doctor --stack goddess --production --report docs/production-goddess.md
  npx fleet doctor --stack goddess --json | jq '.findings[] | select(.status == "missing")'`;

/** The command line of `doctor`. What it does is handed in, so that its modules are loaded only when it is called. */
export function doctorCommand(action: (options: DoctorOptions) => Promise<void>): Command {
  return new Command('doctor')
    .description('say before `up` what a cluster lacks for a stack, each with its remedy')
    .addOption(stackOption())
    .addOption(kubeconfigOption())
    .addOption(contextOption())
    .option('--production', 'go through the production checklist, once the stack runs')
    .option('--report <file>', 'with --production: write it to this file too, as Markdown')
    .addOption(
      new Option(
        '--secret-days <days>',
        'with --production: age above which a Secret should be changed (default: 90)',
      ).argParser(wholeDays),
    )
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((options: DoctorOptions, command: Command) => {
      const alone = ['report', 'secretDays'].find((name) => command.getOptionValueSource(name) === 'cli');
      if (alone !== undefined && !options.production) {
        const option = command.options.find((each) => each.attributeName() === alone);
        command.error(`error: ${option?.long} is about the production checklist: add --production`);
      }
      return action(options);
    });
}

function wholeDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) throw new InvalidArgumentError('It must be a whole number of days above 0.');
  return days;
}
