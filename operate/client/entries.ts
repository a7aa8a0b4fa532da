import { stringify } from 'yaml';

/** What a client has to know of a server. */
export interface ClientServer {
  /** Name of the entry. */
  readonly name: string;
  readonly url: string;
  /** The header that lets the client in; its value is this prefix and what the variable of the environment holds. */
  readonly header?: { readonly name: string; readonly prefix: string; readonly variable: string } | undefined;
}

/** An entry as a client wants it. */
export interface ClientEntry {
  /** Where the client looks for it. */
  readonly file: string;
  readonly text: string;
  /** What has to be done beside it. */
  readonly hint?: string;
}

/** Clients whose entry is printed, by the name that the command line takes. */
export const clientEntries: Readonly<Record<string, (server: ClientServer) => ClientEntry>> = {
  cursor: (server) => ({
    file: '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
    text: json({ mcpServers: { [server.name]: { url: server.url, ...headers(server, (name) => `\${env:${name}}`) } } }),
  }),
  vscode: (server) => ({
    file: '.vscode/mcp.json of a project, or the user configuration (command "MCP: Open User Configuration")',
    text: json({
      ...(server.header ? { inputs: [promptFor(server)] } : {}),
      servers: {
        [server.name]: { type: 'http', url: server.url, ...headers(server, () => `\${input:${server.name}-token}`) },
      },
    }),
  }),
  windsurf: (server) => ({
    file: '~/.codeium/windsurf/mcp_config.json',
    text: json({
      mcpServers: { [server.name]: { serverUrl: server.url, ...headers(server, (name) => `\${env:${name}}`) } },
    }),
  }),
  continue: (server) => ({
    file: `.continue/mcpServers/${server.name}.yaml`,
    text: stringify({
      name: server.name,
      version: '1.0.0',
      schema: 'v1',
      mcpServers: [
        {
          name: server.name,
          type: 'streamable-http',
          url: server.url,
          ...(server.header ? { requestOptions: headers(server, (name) => `\${{ secrets.${name} }}`) } : {}),
        },
      ],
    }).trimEnd(),
  }),
  'claude-desktop': (server) => ({
    file: 'claude_desktop_config.json, as for every client that knows only stdio',
    text: json({ mcpServers: { [server.name]: bridge(server) } }),
    hint: 'mcp-remote passes on what the client says; it needs Node on the client.',
  }),
};

/** The entry of Claude Code. Its variables are those of the shell that starts it. */
export function claudeEntry(server: ClientServer): Readonly<Record<string, unknown>> {
  return { type: 'http', url: server.url, ...headers(server, (name) => `\${${name}}`) };
}

function headers({ header }: ClientServer, reference: (variable: string) => string) {
  return header ? { headers: { [header.name]: `${header.prefix}${reference(header.variable)}` } } : {};
}

function promptFor({ name, header }: ClientServer) {
  return { type: 'promptString', id: `${name}-token`, description: `${header?.name} of ${name}`, password: true };
}

/** The value of the header stays in the environment of the bridge, so that no list of processes shows it. */
function bridge({ url, header }: ClientServer) {
  const args = ['-y', 'mcp-remote', url];
  if (!header) return { command: 'npx', args };
  return {
    command: 'npx',
    // Without a space after the colon: some clients split arguments at it.
    args: [...args, '--header', `${header.name}:\${CLIENT_HEADER}`],
    env: { CLIENT_HEADER: `${header.prefix}<the value of ${header.variable}>` },
  };
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
