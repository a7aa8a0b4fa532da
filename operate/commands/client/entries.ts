import type { ServerFacts, StdioFacts } from '../../../components/system/operations';

/** How a server carries the protocol. */
export type Transport = ServerFacts['transport'];

/** What a client has to know of a server. */
export interface ClientServer {
  /** Name of the entry. */
  readonly name: string;
  readonly url: string;
  readonly transport: Transport;
  /** The header that lets the client in; its value is this prefix and what the variable of the environment holds. */
  readonly header?: { readonly name: string; readonly prefix: string; readonly variable: string } | undefined;
  /** What the client starts itself instead of connecting, and the variable that holds what it must show. */
  readonly stdio?: (StdioFacts & { readonly variable: string }) | undefined;
}

/** The entry of Claude Code. Its variables are those of the shell that starts it. */
export function claudeEntry(server: ClientServer): Readonly<Record<string, unknown>> {
  const own = startedEntry(server, (name) => `\${${name}}`);
  if (own) return { type: 'stdio', ...own };
  return { type: server.transport, url: server.url, ...headers(server, (name) => `\${${name}}`) };
}

/** The entry of a server that the client starts itself; undefined of one that it connects to. */
export function startedEntry({ stdio, url }: ClientServer, reference: (variable: string) => string) {
  if (!stdio) return undefined;
  const { args, command, env, keyVariable, urlVariable, variable } = stdio;
  return { command, args, env: { ...env, [urlVariable]: url, [keyVariable]: reference(variable) } };
}

/** The headers of an entry, in the client's own way to name a variable; none where the server asks for none. */
export function headers({ header }: ClientServer, reference: (variable: string) => string) {
  return header ? { headers: { [header.name]: `${header.prefix}${reference(header.variable)}` } } : {};
}

/** What stands for a value that a person has to put there, where a client knows no variables. */
export function byHand(variable: string): string {
  return `<the value of ${variable}>`;
}

/**
 * An entry that starts mcp-remote, which passes on what the client says. The value of the header stays in the environment
 * of the bridge, so that no list of processes shows it.
 */
export function bridge({ url, header, transport }: ClientServer) {
  const { hostname, protocol } = new URL(url);
  const isPlain = protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const args = [
    ...['-y', 'mcp-remote', url],
    ...(transport === 'sse' ? ['--transport', 'sse-only'] : []),
    ...(isPlain ? ['--allow-http'] : []),
  ];
  if (!header) return { command: 'npx', args };
  return {
    command: 'npx',
    // Without a space after the colon: some clients split arguments at it.
    args: [...args, '--header', `${header.name}:\${CLIENT_HEADER}`],
    env: { CLIENT_HEADER: `${header.prefix}${byHand(header.variable)}` },
  };
}
