import { resolve } from 'node:path';
import type { CommandRun } from '../commands/run';
import { Failure } from '../failure';
import { describedStack } from '../stack';
import { changeAsPatch, type FileChange, fileChange, isChange, writeChanges } from './changes';
import { type ClaudeScope, claudeFiles } from './claude-files';
import { type ClientServer, claudeEntry, clientEntries } from './entries';
import { entryOf, withEntry } from './json-file';
import { withSection } from './section';
import { clientServer, type ServerChoice } from './server';

/** What the operator can say to `client`. */
export interface ClientOptions extends ServerChoice {
  readonly stack: string;
}

/** What the operator can say to `client claude`. */
export interface ClaudeOptions extends ClientOptions {
  readonly scope: ClaudeScope;
  readonly directory: string;
  readonly dryRun?: boolean;
  readonly remove?: boolean;
  readonly replace?: boolean;
  readonly instructions: boolean;
}

/** Prints the entry of a server for a client. */
export async function printEntry(run: CommandRun, options: ClientOptions & { readonly client: string }): Promise<void> {
  const make = clientEntries[options.client];
  if (!make) {
    const known = ['claude', ...Object.keys(clientEntries)].join(', ');
    throw new Failure(`there is no client ${options.client}`, `name one of: ${known}`);
  }
  const { entry } = clientServer(describedStack(run.projectDir, options.stack), options);
  const { file, text, hint } = make(entry);
  console.log(text);
  console.error(['', `Goes to: ${file}`, ...(hint ? [hint] : []), ...hints(entry)].join('\n'));
}

/** Writes the entry of a server into Claude Code's configuration, and what its tools are for into its instructions. */
export async function configureClaude(run: CommandRun, options: ClaudeOptions): Promise<void> {
  const { entry, guidance } = clientServer(describedStack(run.projectDir, options.stack), options);
  const files = claudeFiles(options.scope, resolve(options.directory));
  const changes = [
    fileChange(files.configuration, (text) => changedConfiguration(text, entry, files.configuration, options)),
    ...(options.instructions
      ? [
          fileChange(files.instructions, (text = '') =>
            withSection(text, entry.name, options.remove ? undefined : guidance, files.instructions),
          ),
        ]
      : []),
  ].filter(isChange);
  if (changes.length === 0) {
    console.log(options.remove ? 'there is nothing to remove' : 'nothing changed, everything is as wanted');
  } else if (options.dryRun) {
    console.log(changes.map(changeAsPatch).join('\n\n'));
  } else {
    report(changes, writeChanges(changes));
  }
  if (!options.remove) console.log(hints(entry).join('\n'));
}

function changedConfiguration(text: string | undefined, entry: ClientServer, file: string, options: ClaudeOptions) {
  const path = ['mcpServers', entry.name] as const;
  const former = text === undefined || text.trim() === '' ? undefined : entryOf(text, path, file);
  const url = (former as { url?: unknown } | undefined)?.url;
  if (former !== undefined && url !== entry.url && !options.replace) {
    throw new Failure(
      `${file} has an entry ${entry.name} for ${typeof url === 'string' ? url : 'something else'}, not for ${entry.url}`,
      options.remove ? 'add --replace to remove it all the same' : 'add --replace, or give this one another --name',
    );
  }
  return withEntry(text, path, options.remove ? undefined : claudeEntry(entry), file);
}

function report(changes: readonly FileChange[], backups: readonly string[]): void {
  for (const { file, before, after } of changes) {
    console.log(`${before === undefined ? 'wrote' : after === '' ? 'removed' : 'changed'} ${file}`);
  }
  for (const backup of backups) console.log(`kept what was there as ${backup}`);
}

/** What has to hold where the client runs. */
function hints({ header, url }: ClientServer): string[] {
  return [
    ...(header
      ? [
          `Set ${header.variable} where the client runs; ${header.name} takes its value from there, and no file holds it.`,
        ]
      : []),
    ...(url.startsWith('https:')
      ? ['Where a private CA (such as step-ca) signed the certificate: NODE_EXTRA_CA_CERTS=<its root>.pem']
      : []),
  ];
}
