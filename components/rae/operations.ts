import { rolloutDeadlines } from '../kit/objects/pod';
import { backupFacts } from '../kit/parts/backup';
import { clientKeySet } from '../kit/settings/client-keys';
import { usedKeys } from '../kit/settings/secret-set';
import type { NamedCluster } from '../system';
import type { Access, Operations, ServerFacts } from '../system/operations';
import { backupArgs } from './backup';
import { brought } from './brought';
import { endpointOf, hostnameOf } from './exposure';
import { keyOf, type Rae } from './instance';
import { names, paths, podsOf, system } from './names';
import { probe } from './probe';
import { productionPoints } from './production';
import { startupSeconds } from './servers';
import { keyHeader, servedPorts } from './sidecar';

/** For agents: which tool is for what. */
const guidance = `## RAE Memory

The MCP server \`${system}\` keeps memories across sessions. Search it before you ask for what was decided before:

| for | use |
|---|---|
| what is known | \`search_memory\` |
| what is worth keeping: a decision, its reason, a fact about a project | \`save_memory\` |
`;

/** What the system offers to the operator's commands. */
export function operations(rae: Rae, cluster: NamedCluster): Operations {
  const at = (key: string) => keyOf(key).join('.');
  return {
    servers: [serverFacts(rae, cluster)],
    entrances: { pods: at('clients'), users: [at('exposure')] },
    backups: [backupFacts(backupArgs(rae, cluster))],
    brought: brought(rae),
    production: productionPoints(rae),
  };
}

function serverFacts(rae: Rae, cluster: NamedCluster): ServerFacts {
  const { settings } = rae;
  const hostname = hostnameOf(rae);
  return {
    name: names.api,
    transport: 'rest',
    endpoint: endpointOf(rae, cluster),
    client: {
      name: system,
      tokenVariable: 'RAE_API_KEY',
      guidance,
      stdio: {
        command: 'rae-mcp-server',
        args: [],
        // The tenant follows from the key; the server on the client sends one all the same.
        env: { RAE_PROJECT_ID: 'default' },
        urlVariable: 'RAE_API_URL',
        keyVariable: 'RAE_API_KEY',
        remark:
          "rae-mcp-server is upstream's, installed where the client runs, from the folder integrations/mcp of its sources.",
      },
    },
    probe: () => ({ write: [], read: [], change: [] }),
    requests: probe,
    workload: { kind: 'Deployment', name: names.api },
    container: names.api,
    image: settings.image,
    podLabels: podsOf('api'),
    ports: servedPorts(rae),
    paths: { mcp: '/v2/memories/', live: paths.live, ready: paths.ready, routed: paths.routed },
    ...(hostname ? { hostname } : {}),
    tools: [],
    access: accessOf(rae),
    takesAnyHost: true,
    startupSeconds: rolloutDeadlines(startupSeconds(rae)).startup,
  };
}

function accessOf({ settings: { authentication } }: Rae): Access {
  if (authentication?.mode !== 'clients') return { mode: 'none' };
  const own = authentication.verifyAs && usedKeys(clientKeySet(authentication, [])).get(authentication.verifyAs);
  const { secretName } = authentication.secret;
  return { mode: 'clients', header: keyHeader, secretName, ...(own ? { own } : {}) };
}
