import { rolloutDeadlines } from '../kit/objects/pod';
import { accessOf } from '../kit/parts/access';
import { backupFacts } from '../kit/parts/backup';
import type { NamedCluster } from '../system';
import type { Operations, Probe, ServerFacts } from '../system/operations';
import { backupArgs } from './backup';
import { brought } from './brought';
import { endpointOf, hostnameOf } from './exposure';
import { hasGraphTools, type Instance, keyOf } from './instance';
import { graphWord, names, paths, podsOf } from './names';
import { startupSeconds } from './server';
import { servedPorts } from './sidecar';
import { snapshotBackups } from './snapshots';

/** Tools that agents live by, of those that the server offers; the others are there with a graph alone. */
const tools = {
  always: [
    ...['semantic_search', 'search_documents', 'list_indexed_repositories', 'list_watched_folders'],
    ...['register_local_folder', 'trigger_incremental_update', 'get_update_status'],
  ],
  graph: ['get_dependencies', 'get_dependents', 'get_architecture', 'find_path', 'get_graph_metrics'],
} as const;

/** For agents: which tool is for what. */
function guidanceOf({ id, settings }: Instance): string {
  const graph = hasGraphTools(settings)
    ? `| what something depends on, and what depends on it | \`get_dependencies\`, \`get_dependents\`, \`find_path\` |
| how a repository is built | \`get_architecture\` |
`
    : '';
  return `## Personal Knowledge

The MCP server \`${id}\` has indexed repositories and documents. Ask it before you read many files:

| for | use |
|---|---|
| places in code and text, by meaning | \`semantic_search\` |
| documents | \`search_documents\` |
${graph}| what is indexed, and how old it is | \`list_indexed_repositories\`, \`get_update_status\` |

After a push \`trigger_incremental_update\` brings the index of a repository up to date.
`;
}

/** What an instance offers to the operator's commands. */
export function operations(instance: Instance, cluster: NamedCluster): Operations {
  const at = (...path: string[]) => keyOf(instance.name, ...path).join('.');
  return {
    servers: [serverFacts(instance, cluster, 'http'), serverFacts(instance, cluster, 'sse')],
    entrances: { pods: at('clients'), users: [at('exposure')] },
    backups: [backupFacts(backupArgs(instance, cluster)), ...snapshotBackups(instance, cluster)],
    brought: brought(instance),
  };
}

function serverFacts(instance: Instance, cluster: NamedCluster, transport: 'http' | 'sse'): ServerFacts {
  const { id, settings } = instance;
  const hostname = hostnameOf(instance);
  return {
    // One server by two transports.
    name: transport === 'http' ? names.server : `${names.server}-sse`,
    transport,
    endpoint: endpointOf(instance, cluster, paths[transport]),
    client: {
      name: id,
      tokenVariable: `${id.replaceAll('-', '_').toUpperCase()}_TOKEN`,
      guidance: guidanceOf(instance),
    },
    probe,
    workload: { kind: 'Deployment', name: names.server },
    container: names.server,
    image: settings.image,
    podLabels: podsOf('mcp-service'),
    ports: servedPorts(instance),
    paths: {
      mcp: paths[transport],
      live: paths.health,
      ready: paths.health,
      checks: ['chromadb', ...(hasGraphTools(settings) ? [graphWord] : [])],
      routed: paths.routed,
    },
    ...(hostname ? { hostname } : {}),
    tools: [...tools.always, ...(hasGraphTools(settings) ? tools.graph : [])],
    access: accessOf(settings.authentication),
    takesAnyHost: true,
    startupSeconds: rolloutDeadlines(startupSeconds(instance)).startup,
  };
}

/** Only asks: what is indexed costs money and hours, and a probe leaves nothing of it behind. */
function probe(): Probe {
  return {
    write: [],
    read: [
      {
        title: 'list_indexed_repositories counts',
        call: { tool: 'list_indexed_repositories', arguments: {} },
        problem: (answer) => {
          const { summary } = (answer ?? {}) as { summary?: { total_repositories?: unknown } };
          return typeof summary?.total_repositories === 'number' ? undefined : `answered ${JSON.stringify(answer)}`;
        },
      },
    ],
    change: [],
  };
}
