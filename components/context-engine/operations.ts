import type { ClusterFacts } from '../../config/cluster';
import { rolloutDeadlines } from '../kit/objects/pod';
import { accessOf } from '../kit/parts/access';
import { backupFacts } from '../kit/parts/backup';
import type { NamedCluster } from '../system';
import type { Operations, Probe, ServerFacts } from '../system/operations';
import { servedPorts } from './auth-sidecar';
import { backupArgs } from './backup';
import { brought } from './brought';
import { endpointOf, hostnameOf, prefixes } from './exposure';
import { podsOf, serverKinds } from './names';
import { repositoryFacts } from './repositories';
import type { ContextEngineSettings } from './settings';
import { runningServers, type ServerName } from './settings/choices';

/** Tools that agents live by, of those that upstream's servers offer. */
const tools = {
  memory: ['store', 'find'],
  indexer: ['repo_search', 'context_search', 'context_answer', 'code_search', 'qdrant_status', 'qdrant_index'],
} as const;

/** For agents: which tool is for what. */
const guidance = {
  memory: `## Memories of Context Engine

The MCP server \`context-engine-memory\` keeps what should outlive a conversation: \`store\` keeps a text, \`find\` finds it
again by its meaning. Nothing removes a memory, so store what is worth it, one thing at a time.
`,
  indexer: `## Code search of Context Engine

The MCP server \`context-engine\` has searched and indexed every repository of the team. Ask it before you read many files:

| for | use |
|---|---|
| places in the code, by meaning or words | \`repo_search\` |
| code and memories together | \`context_search\` |
| an answer in words, with its places | \`context_answer\` |
| who calls or imports something, its tests, its configuration | \`search_callers_for\`, \`search_importers_for\`, \`search_tests_for\`, \`search_config_for\` |
| how much is indexed and how old it is | \`qdrant_status\` |

A file of repository NAME is at \`/work/NAME/…\` in its answers.
`,
} as const;

/** What Context Engine offers to the operator's commands. */
export function operations(settings: ContextEngineSettings, cluster: NamedCluster): Operations {
  const [main, ...others] = runningServers(settings).map((name) => serverFacts(settings, cluster, name));
  if (!main) throw new Error('a Context Engine without any server has been refused before');
  return {
    servers: [main, ...others],
    entrances: { pods: 'contextEngine.clients', users: ['contextEngine.exposure'] },
    backups: [backupFacts(backupArgs(settings, cluster))],
    repositories: repositoryFacts(settings),
    brought: brought(settings),
    fittingKeys: {
      namespace: 'contextEngine.namespace.name',
      sharedNamespace: 'contextEngine.namespace.shared',
      storageClass: 'contextEngine.qdrant.storage.storageClass',
      volumeSize: 'contextEngine.qdrant.storage.size',
    },
  };
}

function serverFacts(settings: ContextEngineSettings, cluster: ClusterFacts, name: ServerName): ServerFacts {
  const { about, path, transport } = serverKinds[name];
  const hostname = hostnameOf(settings, name);
  return {
    name,
    transport,
    endpoint: endpointOf(settings, cluster, name),
    client: {
      // Both flavours of a server are one thing to a client.
      name: about === 'memory' ? 'context-engine-memory' : 'context-engine',
      tokenVariable: 'CONTEXT_ENGINE_TOKEN',
      guidance: guidance[about],
    },
    probe: about === 'memory' ? memoryProbe : indexerProbe,
    workload: { kind: 'Deployment', name },
    container: name,
    image: settings.image,
    podLabels: podsOf(name),
    ports: servedPorts(settings, name),
    paths: {
      mcp: path,
      live: '/readyz',
      ready: '/readyz',
      routed: transport === 'sse' ? '/' : prefixes[name],
      healthApart: true,
    },
    ...(hostname ? { hostname } : {}),
    tools: tools[about],
    access: accessOf(settings.authentication),
    takesAnyHost: true,
    startupSeconds: rolloutDeadlines(settings.startupBudgetSeconds).startup,
  };
}

/** Only asks: what memory has stored nothing can take away again. */
function memoryProbe(id: string): Probe {
  return asks({
    title: 'find searches',
    // Upstream's catch-all parameter is a required argument to its clients.
    call: { tool: 'find', arguments: { query: `a probe of memory-fleet, number ${id}`, limit: 1, kwargs: {} } },
    problem: (answer) => {
      const { ok } = (answer ?? {}) as { ok?: unknown };
      return ok === true ? undefined : `answered ${JSON.stringify(answer)}`;
    },
  });
}

function indexerProbe(): Probe {
  return asks({
    title: 'qdrant_status counts',
    call: { tool: 'qdrant_status', arguments: {} },
    problem: (answer) => {
      const { count, error } = (answer ?? {}) as { count?: unknown; error?: unknown };
      if (error !== undefined) return String(error);
      return typeof count === 'number' ? undefined : `answered ${JSON.stringify(answer)}`;
    },
  });
}

function asks(step: Probe['read'][number]): Probe {
  return { write: [], read: [step], change: [] };
}
