import { Command } from 'commander';
import type { GenerateOptions } from './generate';

/** The command line of `generate`. What it does is handed in, so that its modules are loaded only when it is called. */
export function generateCommand(action: (options: GenerateOptions) => Promise<void>): Command {
  return new Command('generate')
    .description('write the schema of stack files for editors, docs/config.md and docs/flows.md')
    .option('--check', 'write nothing; say what differs and fail if anything does')
    .action((options: GenerateOptions) => action(options));
}
