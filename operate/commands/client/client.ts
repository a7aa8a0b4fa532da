import { resolve } from 'node:path';
import { Failure } from '../../base/failure';
import type { CommandRun } from '../../base/run';
import { describedStack } from '../../stack';
import { changeAsPatch, type FileChange, fileChange, isChange, writeChanges } from './changes';
import { type ClaudeFiles, type ClaudeScope, claudeFiles } from './claude-files';
import { type Client, clients } from './clients';
import { byHand, type ClientServer, claudeEntry, startedEntry } from './entries';
import { entryOf, withEntry } from './json-file';
import { withSection } from './section';
import { type Advertised, clientServers, type EntryChoice } from './server';

/** What the operator can say to `client`. */
export interface ClientOptions extends EntryChoice {
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

/** Transports of Claude Code, what it prefers first. */
const ofClaude = ['http', 'sse'] as const;

/** Prints the entries of a system's servers for a client. */
export async function printEntry(run: CommandRun, options: ClientOptions & { readonly client: string }): Promise<void> {
  const client = clients[options.client];
  if (!client) {
    const known = `name one of: ${Object.keys(clients).join(', ')}`;
    throw options.client === 'claude'
      ? new Failure(
          'the entry of Claude Code is not printed',
          'write it by `fleet client claude`, or see it with --dry-run',
        )
      : new Failure(`there is no client ${options.client}`, known);
  }
  const found = clientServers(describedStack(run.projectDir, options.stack), options, client.transports);
  const entries = found.map(({ entry }) => entry);
  const started = entries.flatMap((entry) => {
    const own = startedEntry(entry, byHand);
    return own ? [[entry.name, own] as const] : [];
  });
  // What a client starts itself is written in one way everywhere; only the key above it differs.
  const text =
    started.length > 0 ? JSON.stringify({ mcpServers: Object.fromEntries(started) }, null, 2) : client.text(entries);
  console.log(text);
  const bridged = text.includes('mcp-remote')
    ? ['mcp-remote passes on what the client says; it needs Node on the client.']
    : [];
  const said = hints(entries, bridged.length > 0 || started.length > 0 ? 'entry' : client.value);
  console.error(['', `Goes to: ${client.file(found[0].entry.name)}`, ...bridged, ...said].join('\n'));
}

/** Writes the entries of a system's servers into Claude Code's configuration, and what their tools are for into its instructions. */
export async function configureClaude(run: CommandRun, options: ClaudeOptions): Promise<void> {
  const found = clientServers(describedStack(run.projectDir, options.stack), options, ofClaude);
  const files = claudeFiles(options.scope, resolve(options.directory));
  const changes = claudeChanges(found, files, options).filter(isChange);
  if (changes.length === 0) {
    console.log(options.remove ? 'there is nothing to remove' : 'nothing changed, everything is as wanted');
  } else if (options.dryRun) {
    console.log(changes.map(changeAsPatch).join('\n\n'));
  } else {
    report(changes, writeChanges(changes));
  }
  if (!options.remove) console.log(hints(found.map(({ entry }) => entry)).join('\n'));
}

/**
 * What becomes of the files of Claude Code.
 * @throws Failure where an entry of that name is for something else, or a file cannot be understood
 */
export function claudeChanges(
  advertised: readonly Advertised[],
  files: ClaudeFiles,
  options: Pick<ClaudeOptions, 'instructions' | 'remove' | 'replace'>,
): readonly FileChange[] {
  const configuration = fileChange(files.configuration, (text = '') =>
    advertised.reduce((before, { entry }) => changedConfiguration(before, entry, files.configuration, options), text),
  );
  if (!options.instructions) return [configuration];
  // A section takes the empty line before it along, so the last one goes first.
  const ordered = options.remove ? advertised.toReversed() : advertised;
  const instructions = fileChange(files.instructions, (text = '') =>
    ordered.reduce(
      (before, { entry, guidance }) =>
        withSection(before, entry.name, options.remove ? undefined : guidance, files.instructions),
      text,
    ),
  );
  return [configuration, instructions];
}

function changedConfiguration(
  text: string,
  entry: ClientServer,
  file: string,
  options: Pick<ClaudeOptions, 'remove' | 'replace'>,
): string {
  const path = ['mcpServers', entry.name] as const;
  const former = text.trim() === '' ? undefined : entryOf(text, path, file);
  const { env, url = env?.[entry.stdio?.urlVariable ?? ''] } = (former ?? {}) as {
    readonly url?: unknown;
    readonly env?: Readonly<Record<string, unknown>>;
  };
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

/** What has to hold where the client runs. @param value where it takes the value of a header from */
function hints(entries: readonly ClientServer[], value: Client['value'] | 'environment' = 'environment'): string[] {
  const variables = new Map(
    entries.flatMap(({ header, stdio }) => [
      ...(header ? [[header.variable, header.name] as const] : []),
      ...(stdio ? [[stdio.variable, stdio.keyVariable] as const] : []),
    ]),
  );
  const remarks = entries.flatMap(({ stdio }) => (stdio ? [stdio.remark] : []));
  const words = (variable: string, header: string) =>
    ({
      environment: `Set ${variable} where the client runs; ${header} takes its value from there, and no file holds it.`,
      prompt: 'The client asks for the value once and keeps it to itself; no file holds it.',
      secrets: `Set ${variable} among the client's secrets; no file of yours holds it.`,
      entry: `Put the value of ${variable} where its name stands; the client then keeps it in its file.`,
    })[value];
  return [
    ...remarks,
    ...[...variables].map(([variable, header]) => words(variable, header)),
    ...(entries.some(({ url }) => url.startsWith('https:'))
      ? ['Where a private CA (such as step-ca) signed the certificate: NODE_EXTRA_CA_CERTS=<its root>.pem']
      : []),
  ];
}
