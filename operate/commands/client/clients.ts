import { stringify as toml } from 'smol-toml';
import { stringify as yaml } from 'yaml';
import { bridge, byHand, type ClientServer, headers, type Transport } from './entries';

/** A client whose entries are printed. */
export interface Client {
  /** What it speaks itself, what it prefers first; through a bridge it speaks everything. */
  readonly transports: readonly Transport[];
  /** Where it looks for its entries. @param name of the first entry */
  readonly file: (name: string) => string;
  readonly text: (servers: readonly ClientServer[]) => string;
  /** Where it takes the value of a header from; `entry`: a person writes it there. @default environment */
  readonly value?: 'prompt' | 'secrets' | 'entry';
}

const both = ['http', 'sse'] as const;

/** Variables of the environment, as many clients name them. */
const ofEnvironment = (variable: string) => `\${env:${variable}}`;
const ofShell = (variable: string) => `\${${variable}}`;

/** Clients by the name that the command line takes. */
export const clients: Readonly<Record<string, Client>> = {
  cursor: {
    transports: both,
    file: () => '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
    text: under('mcpServers', (server) => ({ url: server.url, ...headers(server, ofEnvironment) })),
  },
  vscode: {
    transports: both,
    file: () => '.vscode/mcp.json of a project, or the user configuration (command "MCP: Open User Configuration")',
    text: (servers) => {
      const prompts = servers.flatMap(promptFor);
      const entry = (server: ClientServer) => ({
        type: server.transport,
        url: server.url,
        ...headers(server, () => `\${input:${server.name}-token}`),
      });
      return json({ ...(prompts.length > 0 ? { inputs: prompts } : {}), servers: byName(servers, entry) });
    },
    value: 'prompt',
  },
  windsurf: {
    transports: both,
    file: () => '~/.codeium/windsurf/mcp_config.json',
    text: under('mcpServers', (server) => ({ serverUrl: server.url, ...headers(server, ofEnvironment) })),
  },
  continue: {
    transports: both,
    file: (name) => `.continue/mcpServers/${name}.yaml`,
    text: (servers) => {
      const entry = (server: ClientServer) => ({
        name: server.name,
        type: server.transport === 'sse' ? 'sse' : 'streamable-http',
        url: server.url,
        ...(server.header ? { requestOptions: headers(server, (name) => `\${{ secrets.${name} }}`) } : {}),
      });
      const name = servers[0]?.name;
      return yaml({ name, version: '1.0.0', schema: 'v1', mcpServers: servers.map(entry) }).trimEnd();
    },
    value: 'secrets',
  },
  zed: {
    transports: ['http'],
    file: () => '~/.config/zed/settings.json, or .zed/settings.json of a project',
    text: under('context_servers', (server) => httpOr(server, byHand)),
    value: 'entry',
  },
  kiro: {
    transports: ['http'],
    file: () => '~/.kiro/settings/mcp.json, or .kiro/settings/mcp.json of a workspace',
    text: under('mcpServers', (server) => httpOr(server, ofShell)),
  },
  qodo: {
    transports: ['http'],
    file: () => 'Agentic Tools (MCP) of Qodo Gen, "Add new MCP", one entry at a time',
    text: (servers) => servers.map((server) => json({ [server.name]: httpOr(server, byHand) })).join('\n\n'),
    value: 'entry',
  },
  codex: {
    transports: ['http'],
    file: () => '~/.codex/config.toml',
    text: (servers) => toml({ mcp_servers: byName(servers, codexEntry) }).trimEnd(),
  },
  augment: {
    transports: both,
    file: () => 'Settings of Augment, MCP, "Import from JSON"',
    text: under('mcpServers', (server) => ({
      type: server.transport,
      url: server.url,
      ...headers(server, byHand),
    })),
    value: 'entry',
  },
  amp: {
    transports: both,
    file: () => '~/.config/amp/settings.json, or .amp/settings.json of a workspace',
    text: under('amp.mcpServers', (server) => ({ url: server.url, ...headers(server, ofShell) })),
  },
  cline: {
    transports: both,
    file: () => 'cline_mcp_settings.json (MCP Servers, "Configure MCP Servers")',
    text: under('mcpServers', (server) => ({
      type: server.transport === 'sse' ? 'sse' : 'streamableHttp',
      url: server.url,
      ...headers(server, byHand),
    })),
    value: 'entry',
  },
  roo: {
    transports: both,
    file: () => 'mcp_settings.json ("Edit Global MCP"), or .roo/mcp.json of a project',
    text: under('mcpServers', (server) => ({
      type: server.transport === 'sse' ? 'sse' : 'streamable-http',
      url: server.url,
      ...headers(server, ofEnvironment),
    })),
  },
  'claude-desktop': {
    transports: [],
    file: () => 'claude_desktop_config.json, as for every client that knows only stdio',
    text: under('mcpServers', bridge),
    value: 'entry',
  },
};

/** The entry of a client that speaks streamable HTTP alone. */
function httpOr(server: ClientServer, reference: (variable: string) => string) {
  return server.transport === 'http' ? { url: server.url, ...headers(server, reference) } : bridge(server);
}

/** A bearer token has a key of its own, which takes the variable alone. */
function codexEntry(server: ClientServer) {
  const { header, url } = server;
  if (server.transport !== 'http') return bridge(server);
  if (header === undefined) return { url };
  return header.prefix === 'Bearer ' && header.name === 'Authorization'
    ? { url, bearer_token_env_var: header.variable }
    : { url, env_http_headers: { [header.name]: header.variable } };
}

function promptFor({ name, header }: ClientServer) {
  if (!header) return [];
  return [{ type: 'promptString', id: `${name}-token`, description: `${header.name} of ${name}`, password: true }];
}

/** A JSON document whose only key has an entry for each server. */
function under(key: string, entry: (server: ClientServer) => object): Client['text'] {
  return (servers) => json({ [key]: byName(servers, entry) });
}

function byName<T>(servers: readonly ClientServer[], entry: (server: ClientServer) => T): Record<string, T> {
  return Object.fromEntries(servers.map((server) => [server.name, entry(server)]));
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
