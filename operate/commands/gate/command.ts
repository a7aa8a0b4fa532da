import { Command } from 'commander';
import type { GateOptions } from './gate';

/** The command line of `gate`. What it does is handed in, so that its modules are loaded only when it is called. */
export function gateCommand(action: (options: GateOptions) => Promise<void>): Command {
  return new Command('gate')
    .description('refuse the preview of an update that would delete or replace what holds data')
    .argument('[file]', 'output of `pulumi preview --json`; default: standard input')
    .action((file: string | undefined) => action({ file }));
}
