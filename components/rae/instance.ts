import type { ClusterFacts } from '../../config/cluster';
import type { Scaling } from '../kit/objects/horizontal-pod-autoscaler';
import type { Sizing } from '../kit/objects/pod';
import { type UsedEntry, usedEntries } from '../kit/parts/secret-set';
import { type AutoscalingSettings, scalingBy } from '../kit/settings/autoscaling';
import type { EntryUses, SecretSetPlace } from '../kit/settings/secret-set';
import { sizedBy } from '../kit/settings/sized';
import { isPooled, type PostgresClient, postgresClient } from '../kit/stores/postgres/client';
import type { PostgresModes } from '../kit/stores/postgres/modes';
import { type QdrantClient, qdrantClient } from '../kit/stores/qdrant/external';
import { type RedisClient, redisClient } from '../kit/stores/redis/client';
import type { RedisSettings } from '../kit/stores/redis/settings';
import type { StoreSecret } from '../kit/stores/single';
import { names, type Use } from './names';
import type { RaeSettings } from './settings';
import { type AlwaysRead, type Entry, entries } from './settings/secrets';
import { type Size, singles, sizes, type WorkloadSize } from './settings/sizes';
import { filledPostgres, filledQdrant, filledRedis } from './sized-stores';

/** Resources of each pod of a workload, and how many there are. */
export interface Sized {
  readonly resources: Sizing;
  /** Absent where the number is fixed. */
  readonly scaling: Scaling | undefined;
  readonly replicas: number;
}

/** The system, with everything that follows from its settings and the cluster. */
export interface Rae {
  readonly settings: RaeSettings;
  readonly namespace: string;
  readonly api: Sized;
  readonly ml: Sized;
  readonly worker: Sized & { readonly concurrency: number };
  /** Resources of what is always one pod. */
  readonly reranker: Sizing;
  readonly beat: Sizing;
  readonly dashboard: Sizing;
  /** Limits of the namespace: those of the preset, with what the settings say themselves. */
  readonly quota: Size['quota'];
  /** The entries of the Secret that are read. */
  readonly secrets: Readonly<Record<AlwaysRead, UsedEntry>> & { readonly [E in Entry]?: UsedEntry };
  readonly stores: {
    readonly postgres: { readonly settings: PostgresModes; readonly client: PostgresClient };
    readonly redis: { readonly settings: RedisSettings; readonly client: RedisClient };
    /** Settings are those of an embedded one. */
    readonly qdrant: { readonly settings: ReturnType<typeof filledQdrant>; readonly client: QdrantClient };
  };
}

/** Key of the described Secret, where the plan makes it. */
export const secretsKey = 'secrets';

/** Path of a key, from the top of the stack file. */
export function keyOf(...path: readonly PropertyKey[]): readonly PropertyKey[] {
  return ['rae', ...path];
}

/** How pods use PostgreSQL that need a session of their own: those of migrations, backups and metrics. Others have no way past a pooler. */
export function sessionUse({ stores }: Rae): Use {
  return isPooled(stores.postgres.client) ? 'postgres-session' : 'postgres';
}

export function raeOf(
  settings: RaeSettings,
  cluster: Pick<ClusterFacts, 'domain' | 'privateNetworks' | 'services'>,
): Rae {
  const size = sizes[settings.preset];
  const secrets = usedEntries<Entry, AlwaysRead>(secretsOf(settings));
  const postgres = filledPostgres(settings.postgres, size.postgres);
  const redis = filledRedis(settings.redis, size.redis);
  const { worker } = settings;
  const said = Object.fromEntries(Object.entries(settings.quota).filter(([, amount]) => amount !== undefined));
  return {
    settings,
    namespace: settings.namespace.name,
    api: sized(settings.api, size.api),
    ml: sized(settings.ml, size.ml),
    worker: { ...sized(worker, size.worker), concurrency: worker.concurrency ?? size.worker.concurrency },
    reranker: sizedBy(singles.reranker, settings.reranker.resources),
    beat: sizedBy(singles.beat, settings.beat.resources),
    dashboard: sizedBy(singles.dashboard, settings.dashboard.enabled ? settings.dashboard.resources : {}),
    quota: { ...size.quota, ...said },
    secrets,
    stores: {
      postgres: {
        settings: postgres,
        client: postgresClient({
          ...{ settings: postgres, name: names.postgres, database: 'rae_memory', user: 'rae', cluster },
          password: stored(secrets.postgresPassword),
        }),
      },
      redis: {
        settings: redis,
        client: redisClient(
          redis,
          names.redis,
          { password: stored(secrets.redisPassword), url: stored(secrets.redisUrl) },
          cluster,
        ),
      },
      qdrant: {
        settings: filledQdrant(settings.qdrant, size.qdrant),
        client: qdrantClient(
          settings.qdrant.mode === 'external' ? settings.qdrant : { service: names.qdrant },
          undefined,
          cluster,
        ),
      },
    },
  };
}

/** What is read: what the parts need, and which providers are named. */
function entryUses({ postgres, redis }: RaeSettings): EntryUses<Entry> {
  const embedded = redis.mode === 'embedded';
  return {
    postgresPassword: postgres.mode === 'cloudnative-pg' ? 'unused' : 'required',
    redisPassword: embedded ? 'required' : 'unused',
    redisUrl: embedded ? 'unused' : 'required',
    jwtSecret: 'required',
    apiMasterKey: 'required',
    openaiApiKey: 'optional',
    anthropicApiKey: 'optional',
    geminiApiKey: 'optional',
    grokApiKey: 'optional',
    deepseekApiKey: 'optional',
  };
}

/** The Secret, as the kit takes it. */
export function secretsOf(settings: RaeSettings): SecretSetPlace<Entry> {
  return { entries, uses: entryUses(settings), settings: settings.secrets, path: keyOf('secrets') };
}

function sized(
  settings: {
    readonly resources: Parameters<typeof sizedBy>[1];
    readonly autoscaling: AutoscalingSettings;
    readonly replicas?: number | undefined;
  },
  preset: WorkloadSize,
): Sized {
  return {
    resources: sizedBy(preset.resources, settings.resources),
    scaling: scalingBy(preset.scaling, settings.autoscaling),
    replicas: settings.replicas ?? preset.scaling.minReplicas,
  };
}

function stored(source: UsedEntry | undefined): StoreSecret | undefined {
  return source && { source, key: secretsKey };
}
