import type { ClusterFacts } from '../../config/cluster';
import { rolloutDeadlines } from '../kit/objects/pod';
import { accessOf } from '../kit/parts/access';
import { backupFacts } from '../kit/parts/backup';
import { broughtAccess, broughtBackup, broughtEntry } from '../kit/parts/brought';
import type { NamedCluster } from '../system';
import type { Brought } from '../system/brought';
import type { Endpoint } from '../system/described';
import type { BackupStore, GitBackup, LoginLog, Operations, Probe, TokenFacts } from '../system/operations';
import { approvalSeconds } from './bootstrap';
import { commonStore, drill, scopeStore } from './drill';
import { commonFolder, scopeFolder } from './environment';
import { hostnameOf } from './exposure';
import { podPorts, pods, remotes, system } from './names';
import type { MemoryMcpSettings } from './settings';
import { unsavedData } from './unsaved';
import { volumeBackupArgs } from './volume-backup';

/** Tools of memory-mcp 0.17.1. */
const tools = [
  ...['remember', 'read', 'edit', 'move', 'forget', 'list', 'recall', 'sync'],
  ...['mark_applied', 'batch_mark_applied', 'recall_stats'],
];

/** For agents that know Serena's memories: each tool of it, and what takes its place. */
const guidance = `## Memories

Memories live on the MCP server \`memory\`, shared by all machines. Use its tools instead of Serena's:

| instead of | use |
|---|---|
| \`read_memory\` | \`read\` |
| \`write_memory\` | \`remember\` for a new memory, \`edit\` for one that exists |
| \`edit_memory\` | \`edit\`, which replaces the whole text |
| \`delete_memory\` | \`forget\` |
| \`list_memories\` | \`list\` |
| \`rename_memory\` | \`move\` |

- Give \`scope\` the name of the repository for what only concerns it; leave it out for what holds everywhere.
- Look before you write: \`recall\` finds memories by meaning and by words. \`remember\` replaces a memory of the same name.
`;

/** What `memory-mcp auth login` 0.17.1 writes. */
const loginLog: LoginLog = {
  url: 'Open this URL in your browser:\\s+(https://\\S+)',
  code: 'Enter this code when prompted:\\s+(\\S+)',
  failures: {
    '[Dd]evice code expired': 'the code has expired before anybody approved it',
    'authorization denied by user': 'the login was refused in the browser',
    'failed to contact device code endpoint|polling token endpoint failed': 'github.com cannot be reached from the pod',
  },
};

/** What memory-mcp offers to the operator's commands. */
export function operations(settings: MemoryMcpSettings, cluster: NamedCluster, endpoint: Endpoint): Operations {
  const { image, path } = settings;
  const hostname = hostnameOf(settings);
  const saved = backup(settings, cluster);
  const volume = volumeBackupArgs(settings, cluster);
  return {
    servers: [
      {
        name: system,
        transport: 'http',
        endpoint,
        workload: { kind: 'Deployment', name: system },
        container: system,
        image,
        podLabels: pods.server,
        ports: podPorts(settings),
        paths: { mcp: '/mcp', live: '/healthz', ready: '/readyz', version: '/version', routed: path },
        ...(hostname ? { hostname } : {}),
        tools,
        access: accessOf(settings.authentication),
        startupSeconds: rolloutDeadlines(settings.startupBudgetSeconds).startup,
        client: { name: 'memory', tokenVariable: 'MEMORY_MCP_TOKEN', guidance },
        probe,
      },
    ],
    entrances: { pods: 'memoryMcp.clients', users: ['memoryMcp.hostname', 'memoryMcp.exposure'] },
    backups: [...(saved ? [saved] : []), ...(volume ? [backupFacts(volume)] : [])],
    unsaved: unsavedData(settings),
    tokens: [token(settings)],
    brought: brought(settings),
    fittingKeys: {
      namespace: 'memoryMcp.namespace.name',
      sharedNamespace: 'memoryMcp.namespace.shared',
      storageClass: 'memoryMcp.volume.storageClass',
      volumeSize: 'memoryMcp.volume.size',
    },
  };
}

function backup(settings: MemoryMcpSettings, cluster: ClusterFacts): GitBackup | undefined {
  if (remotes(settings).length === 0) return undefined;
  const { branch, remoteUrl, scopes } = settings.git;
  const common: BackupStore[] = remoteUrl
    ? [{ name: commonStore, kind: 'git', url: remoteUrl, branch, folder: commonFolder }]
    : [];
  return {
    kind: 'git',
    name: 'git',
    cronJobs: { backup: `${system}-backup` },
    deadlineSeconds: settings.backup.deadlineSeconds,
    maxAgeSeconds: settings.backup.maxAgeSeconds,
    stores: [
      ...common,
      ...scopes.map(({ scope, url, branch: own = 'main' }) => ({
        name: scopeStore(scope),
        kind: 'git' as const,
        url,
        branch: own,
        folder: scopeFolder(scope),
      })),
    ],
    credentials: token(settings).secret,
    drill: drill(settings, cluster),
  };
}

function brought(settings: MemoryMcpSettings): Brought[] {
  const { authentication, namespace, token } = settings;
  const volume = settings.backup.volume;
  const without = 'nothing is pulled or pushed';
  return [
    ...(remotes(settings).length > 0 || token.source === 'bootstrap'
      ? broughtEntry(namespace.name, token, 'given', { what: `token of ${system}`, without })
      : []),
    ...broughtAccess(system, namespace.name, authentication),
    ...(volume ? broughtBackup(system, namespace.name, 'volume', volume) : []),
  ];
}

function token({ token: { secretKey, secretName, source } }: MemoryMcpSettings): TokenFacts {
  return {
    server: system,
    secret: { name: secretName, key: secretKey },
    key: 'memoryMcp.token',
    source,
    ...(source === 'bootstrap' ? { login: { cronJob: `${system}-bootstrap`, approvalSeconds, log: loginLog } } : {}),
  };
}

/** A memory in a scope of its own, so that nobody's memories are read, moved or found in its place. */
function probe(id: string): Probe {
  const scope = `fleet-probe-${id}`;
  const name = 'probe';
  const moved = 'probe-moved';
  const content = `A probe of memory-fleet, number ${id}. It may be removed at any time.`;
  const found = (answer: unknown) => {
    const { results = [] } = answer as { results?: { name: string; scope: string }[] };
    return results.some((each) => each.scope === scope && each.name === name)
      ? undefined
      : `not among the ${results.length} results`;
  };
  return {
    write: [
      {
        title: 'remember keeps a memory',
        call: { tool: 'remember', arguments: { name, scope, content, tags: ['fleet-probe'], source: 'memory-fleet' } },
        problem: (answer) => differs(answer, { name, scope }),
      },
    ],
    read: [
      {
        title: 'read gives it back',
        call: { tool: 'read', arguments: { name, scope } },
        problem: (answer) => differs(answer, { name, scope, content }),
      },
      {
        title: 'recall finds it',
        call: { tool: 'recall', arguments: { query: `probe of memory-fleet number ${id}`, scope, limit: 10 } },
        problem: found,
      },
    ],
    change: [
      {
        title: 'move renames it',
        call: { tool: 'move', arguments: { name, from_scope: scope, to_scope: scope, new_name: moved } },
        problem: (answer) => differs(answer, { name: moved, scope }),
      },
      {
        title: 'forget removes it',
        call: { tool: 'forget', arguments: { name: moved, scope } },
        problem: (answer) => (answer === 'ok' ? undefined : `answered ${JSON.stringify(answer)}`),
      },
    ],
    cleanUp: {
      find: { tool: 'list', arguments: { scope, limit: 100 } },
      // A list of a scope names the memories of scope `global` too.
      remove: (answer) =>
        ((answer as { memories?: { name: string; scope: string }[] }).memories ?? [])
          .filter((each) => each.scope === scope)
          .map((each) => ({ tool: 'forget', arguments: { name: each.name, scope } })),
    },
  };
}

function differs(answer: unknown, wanted: Readonly<Record<string, string>>): string | undefined {
  const given = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(wanted).filter(([field, value]) => given[field] !== value);
  return wrong.length === 0
    ? undefined
    : wrong
        .map(([field, value]) => `${field} is ${JSON.stringify(given[field])}, not ${JSON.stringify(value)}`)
        .join(', ');
}
