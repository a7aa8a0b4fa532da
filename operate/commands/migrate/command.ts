import { Command } from 'commander';
import { jsonOption } from '../common-options';
import { addSerenaOptions } from '../serena-options';
import { addServerOptions } from '../server-options';
import type { MigrateOptions } from './serena';

const more = `
The plan shows where each memory goes and what stands in the way; with --apply it is carried out over one session, and
each memory is then listed, read and searched for on the server. What is there already is left alone, so a run that was
cut off is simply run again. Serena's folders are only read.

  npx fleet migrate serena --repository ~/src/shop --repository ~/src/old-api=api
  npx fleet migrate serena --repository ~/src/shop -s goddess --ca root.pem --apply

A mapping file:
  rename:
    "global:style guide": coding/style
    "shop:notes": archive:shop-notes
  skip:
    - shop:scratch`;

/** The command line of `migrate`. What it does is handed in, so that its modules are loaded only when it is called. */
export function migrateCommand(serena: (options: MigrateOptions) => Promise<void>): Command {
  const command = new Command('serena')
    .description('copy the memories of Serena to a memory-mcp, and check that they are there')
    .option('--apply', 'do it; otherwise only the plan is shown')
    .option('--overwrite', "replace what was changed on the server after Serena's file was")
    .addOption(jsonOption())
    .addHelpText('after', more);
  addServerOptions(addSerenaOptions(command)).action((options: MigrateOptions) => serena(options));
  return new Command('migrate').description('copy memories from another place to a server').addCommand(command);
}
