import { Command } from 'commander';
import { jsonOption } from '../common-options';
import { addSerenaOptions } from '../serena-options';
import { addServerOptions } from '../server-options';
import type { ParityOptions } from './parity';

const more = `
For the time in which both are in use. Give it the options of \`fleet migrate serena\`, so that each memory is looked for
where it was brought to. Exit code 1 when a memory is only on one side or differs, 2 when the server does not answer.

  npx fleet parity --repository ~/src/shop -s goddess --ca root.pem`;

/** The command line of `parity`. What it does is handed in, so that its modules are loaded only when it is called. */
export function parityCommand(action: (options: ParityOptions) => Promise<void>): Command {
  const command = new Command('parity')
    .description('compare the memories of Serena with a memory-mcp, and how long each takes')
    .addOption(jsonOption())
    .addHelpText('after', more);
  return addServerOptions(addSerenaOptions(command)).action((options: ParityOptions) => action(options));
}
