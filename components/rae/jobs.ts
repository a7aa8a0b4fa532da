import type { IEnvVar } from 'kubernetes-models/v1';
import { contentHash } from '../kit/objects/content-hash';
import { runOnceJob } from '../kit/objects/job';
import { imagesOf, resourceRequirements } from '../kit/objects/pod';
import { unpinnedWaiver } from '../kit/parts/pinning';
import type { UsedEntry } from '../kit/parts/secret-set';
import type { Described } from '../system/described';
import { migrationEnvironment, variables } from './environment';
import { type Rae, sessionUse } from './instance';
import { type Component, metadataIn, names, podLabels, podsOf, scriptsPath, type Use } from './names';
import { applicationContainer, type Need, podNeeds, raePod, scripts } from './pod';

/** Dimensions of nomic-embed-text, the model in the image. */
const ownDimensions = 768;

/** Sizes of the vectors that the application sends, each by the name that it sends it under. */
export function vectors({ settings: { ml } }: Rae): Readonly<Record<string, number>> {
  return { dense: ownDimensions, nomic: ownDimensions, default: ml.dimensions, litellm: ml.dimensions };
}

/** The Jobs before API and workers: both wait for what these make, so that a failure leaves the old version serving. */
export function jobs(rae: Rae): Record<string, Described> {
  const qdrant = rae.stores.qdrant.client;
  return {
    migration: job(rae, {
      name: names.migration,
      component: 'migration',
      used: [sessionUse(rae)],
      needs: ['postgres'],
      script: 'migrate.py',
      env: migrationEnvironment(rae),
      reads: [rae.secrets.postgresPassword],
    }),
    collection: job(rae, {
      name: names.collection,
      component: 'migration',
      used: ['qdrant'],
      needs: [],
      script: 'collection.py',
      env: variables({
        QDRANT_URL: qdrant.url,
        ...(qdrant.replicationFactor > 1 ? { REPLICATION: qdrant.replicationFactor } : {}),
        COLLECTION: 'memories',
        VECTORS: JSON.stringify(vectors(rae)),
        WAIT_SECONDS: rae.settings.waitSeconds,
        HOME: '/tmp',
      }),
      reads: [],
    }),
  };
}

interface JobArgs {
  readonly name: string;
  readonly component: Component;
  readonly used: readonly Use[];
  readonly needs: readonly Need[];
  readonly script: string;
  readonly env: readonly IEnvVar[];
  readonly reads: readonly (UsedEntry | undefined)[];
}

function job(rae: Rae, { component, env, name, needs, reads, script, used }: JobArgs): Described<'Job'> {
  const { namespace, settings } = rae;
  const pod = raePod(rae, {
    reads,
    containers: [
      {
        name: script.replace('.py', ''),
        ...applicationContainer(rae, needs, ['python3', '-B', `${scriptsPath}/${script}`], env),
        resources: resourceRequirements({ cpu: '100m', memory: '256Mi', cpuLimit: '1', memoryLimit: '1Gi' }),
      },
    ],
    graceSeconds: 30,
  });
  const described = runOnceJob({
    metadata: metadataIn(namespace, podsOf(component))(name),
    podLabels: podLabels(component, used),
    podAnnotations: contentHash('script', scripts[script]),
    retries: 6,
    pod,
  });
  return {
    ...described,
    after: podNeeds(rae),
    reachesOut: used.includes('qdrant') && rae.stores.qdrant.client.remote ? [script.replace('.py', '')] : [],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, ...imagesOf(pod)),
  };
}
