import type { IEnvVar } from 'kubernetes-models/v1';
import { contentHash } from '../kit/objects/content-hash';
import { resourceRequirements } from '../kit/objects/pod';
import { migrationJob } from '../kit/parts/migration-job';
import type { UsedEntry } from '../kit/parts/secret-set';
import type { Described } from '../system/described';
import { migrationEnvironment, variables } from './environment';
import { type Rae, sessionUse } from './instance';
import { metadataIn, names, podLabels, podsOf, scriptsPath, type Use } from './names';
import { applicationContainer, type Need, podNeeds, raePod, scripts } from './pod';

/** Dimensions of nomic-embed-text, the model in the image. */
const ownDimensions = 768;

/** Sizes of the vectors that the application sends, each by the name that it sends it under. */
export function vectors({ settings: { ml } }: Rae): Readonly<Record<string, number>> {
  return { dense: ownDimensions, nomic: ownDimensions, default: ml.dimensions, litellm: ml.dimensions };
}

/** Keys of the Jobs that everything comes after which needs schema and collection. */
export const madeBefore = ['migration', 'collection'] as const;

/** Time that the collection takes once Qdrant is there, in seconds. */
const collectionSeconds = 120;

/** The Jobs before API, workers and beat, see {@link migrationJob}. */
export function jobs(rae: Rae): Record<(typeof madeBefore)[number], Described<'Job'>> {
  const { settings, stores } = rae;
  const qdrant = stores.qdrant.client;
  return {
    migration: job(rae, {
      name: names.migration,
      used: sessionUse(rae),
      needs: ['postgres'],
      script: 'migrate.py',
      env: migrationEnvironment(rae),
      reads: [rae.secrets.postgresPassword],
      seconds: settings.migrationSeconds,
      after: stores.postgres.settings.mode === 'external' ? [] : [names.postgres],
    }),
    collection: job(rae, {
      name: names.collection,
      used: 'qdrant',
      needs: [],
      script: 'collection.py',
      env: variables({
        QDRANT_URL: qdrant.url,
        ...(qdrant.replicationFactor > 1 ? { REPLICATION: qdrant.replicationFactor } : {}),
        COLLECTION: 'memories',
        VECTORS: JSON.stringify(vectors(rae)),
        WAIT_SECONDS: settings.waitSeconds,
        HOME: '/tmp',
      }),
      reads: [],
      seconds: collectionSeconds,
      after: stores.qdrant.settings ? [names.qdrant] : [],
      reachesOut: qdrant.remote !== undefined,
    }),
  };
}

interface JobArgs {
  readonly name: string;
  /** The store that it talks to. */
  readonly used: Use;
  readonly needs: readonly Need[];
  readonly script: string;
  readonly env: readonly IEnvVar[];
  readonly reads: readonly (UsedEntry | undefined)[];
  /** Time for what it does once its store is there. */
  readonly seconds: number;
  readonly after: readonly string[];
  readonly reachesOut?: boolean;
}

function job(rae: Rae, { env, name, needs, reads, script, used, ...args }: JobArgs): Described<'Job'> {
  const { namespace, settings } = rae;
  return migrationJob({
    metadata: metadataIn(namespace, podsOf('migration'))(name),
    podLabels: podLabels('migration', [used]),
    podAnnotations: contentHash('script', scripts[script]),
    container: {
      name: script.replace('.py', ''),
      ...applicationContainer(rae, needs, ['python3', '-B', `${scriptsPath}/${script}`], env),
      resources: resourceRequirements({ cpu: '100m', memory: '256Mi', cpuLimit: '1', memoryLimit: '1Gi' }),
    },
    pod: (container) => raePod(rae, { reads, containers: [container], graceSeconds: 30 }),
    seconds: settings.waitSeconds + args.seconds,
    after: [...podNeeds(rae), ...args.after],
    reachesOut: args.reachesOut ?? false,
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}
