import type { ClusterFacts } from '../../config/cluster';
import { hardenedPod, resourceRequirements } from '../kit/objects/pod';
import { intake } from '../kit/parts/drill';
import type { Catalogue, DrillFacts, Entry } from '../system/drill';
import { dataPath, port } from './names';
import { runAs, server } from './server';
import type { MemoryMcpSettings } from './settings';

/** Name of the store of everything that has no remote of its own. */
export const commonStore = 'memories';

/** Name of the store of a scope with a remote of its own. */
export function scopeStore(scope: string): string {
  return `memories of scope ${scope}`;
}

/** How a backup of memory-mcp is tried out: the git repositories on a new volume, a full re-index, the list compared. */
export function drill(settings: MemoryMcpSettings, cluster: ClusterFacts): DrillFacts {
  const { deployment, scopes } = server(withoutIntegrations(settings), cluster);
  // In its own namespace there is no account of ours, and no pod that it would have to be beside.
  const { affinity: _, serviceAccountName: __, ...spec } = deployment.object.spec?.template.spec ?? { containers: [] };
  const mounts = { volumeMounts: [{ name: 'data', mountPath: dataPath }] };
  return {
    pod: hardenedPod(runAs, {
      ...spec,
      // A crash ends the drill instead of starting over.
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      initContainers: [
        intake(
          {
            image: settings.image,
            resources: resourceRequirements({ cpu: '10m', memory: '64Mi', memoryLimit: '256Mi' }),
            ...mounts,
          },
          dataPath,
        ),
      ],
      containers: spec.containers.map(({ env = [], ...rest }) => ({
        ...rest,
        env: env.filter(({ valueFrom }) => valueFrom === undefined),
      })),
      volumes: (spec.volumes ?? []).map((volume) =>
        volume.name === 'data' ? { name: 'data', emptyDir: { sizeLimit: settings.volume.size } } : volume,
      ),
    }),
    configMaps: scopes ? { [scopes.object.metadata.name]: scopes.object.data ?? {} } : {},
    volumePath: dataPath,
    port,
    catalogue: catalogue(settings),
  };
}

/** The same server without anybody beside it. Remotes of scopes stay named, because they say which folder is whose. */
function withoutIntegrations(settings: MemoryMcpSettings): MemoryMcpSettings {
  const { authentication: _, exposure: _exposure, hostname: __, ...rest } = settings;
  const { remoteUrl: ___, ...git } = settings.git;
  const { otlp: ____, ...options } = settings.server;
  return { ...rest, git: { ...git, requireRemoteSync: false }, server: options };
}

/** A memory as `list` shows it. */
interface Listed {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly tags: readonly string[];
  readonly created_at: string;
  readonly updated_at: string;
}

const fields = ['id', 'name', 'scope', 'tags', 'created_at', 'updated_at'];

function catalogue(settings: MemoryMcpSettings): Catalogue {
  return {
    list: (cursor) => ({
      tool: 'list',
      arguments: { scope: 'all', limit: 100, fields, ...(cursor ? { cursor } : {}) },
    }),
    page: (answer) => {
      const { memories = [], next_cursor: next } = answer as { memories?: Listed[]; next_cursor?: string | null };
      return { entries: memories.map((memory) => entry(settings, memory)), ...(next ? { next } : {}) };
    },
    read: ({ address }) => ({ tool: 'read', arguments: address }),
    body: (answer) => (answer as { content?: string }).content ?? '',
    // The search is by words too, so that it finds a text by its beginning whatever the model makes of it.
    recall: ({ address }, body) => ({
      tool: 'recall',
      arguments: { query: `${address.name} ${body.slice(0, 200)}`, scope: address.scope, limit: 50 },
    }),
    found: (answer, { address }) => {
      const { results = [] } = answer as { results?: { name: string; scope: string }[] };
      return results.some(({ name, scope }) => name === address.name && scope === address.scope);
    },
  };
}

function entry(settings: MemoryMcpSettings, { name, scope, ...rest }: Listed): Entry {
  const store = storeOf(settings, scope);
  return {
    // The path of its file, which a name with a slash can share with a longer scope.
    name: `${scope}/${name}`,
    group: `scope ${scope}`,
    updatedAt: new Date(rest.updated_at),
    facts: JSON.stringify([rest.id, [...rest.tags].sort(), rest.created_at, rest.updated_at]),
    ...(store === undefined ? {} : { store }),
    address: { name, scope },
  };
}

/** The store of a scope: that of the longest scope with a remote of its own that it lies in, else the common one. */
function storeOf({ git }: MemoryMcpSettings, scope: string): string | undefined {
  const within = git.scopes.map((each) => each.scope).filter((each) => scope === each || scope.startsWith(`${each}/`));
  const [longest] = within.sort((a, b) => b.length - a.length);
  if (longest !== undefined) return scopeStore(longest);
  return git.remoteUrl === undefined ? undefined : commonStore;
}
