import { Command, Option } from 'commander';
import { stackOption, systemOption } from '../common-options';
import type { ClaudeOptions, ClientOptions } from './client';

/** What the command does, handed in so that its modules are loaded only when it is called. */
export interface ClientActions {
  readonly claude: (options: ClaudeOptions) => Promise<void>;
  readonly print: (options: ClientOptions & { readonly client: string }) => Promise<void>;
}

/** The command line of `client`. */
export function clientCommand({ claude, print }: ClientActions): Command {
  const client = new Command('client').description('tell the clients of agents where the servers are');
  client.addCommand(
    common(new Command('claude'))
      .description("write an entry for each server into Claude Code's configuration, and their tools into CLAUDE.md")
      .addOption(
        new Option('--scope <scope>', 'user: ~/.claude.json and ~/.claude/CLAUDE.md; project: .mcp.json and CLAUDE.md')
          .choices(['user', 'project'])
          .default('user'),
      )
      .option('--directory <folder>', 'the project, for --scope project', '.')
      .option('--no-instructions', 'leave CLAUDE.md alone')
      .option('--replace', 'replace or remove an entry of that name that is for something else')
      .option('--remove', 'take the entry and the section away again')
      .option('--dry-run', 'show the changes as a patch and write nothing')
      .action((options: ClaudeOptions) => claude(options)),
  );
  client.addCommand(
    common(new Command('print'))
      .description('print the entries for another client')
      .argument(
        '<client>',
        'amp, augment, cline, codex, continue, cursor, kiro, qodo, roo, vscode, windsurf, zed, or claude-desktop (every client that knows only stdio)',
      )
      .action((name: string, options: ClientOptions) => print({ ...options, client: name })),
  );
  return client;
}

function common(command: Command): Command {
  return command
    .addOption(stackOption())
    .addOption(systemOption())
    .option('--server <name>', 'only this server, where the system has several')
    .option('--url <url>', "address of the server instead of its route's")
    .option('--name <name>', "name of the entry instead of the system's own");
}
