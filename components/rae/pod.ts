import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import { contentHash } from '../kit/objects/content-hash';
import { hardenedPod, pullSecrets } from '../kit/objects/pod';
import { initContainersOf, secretGate } from '../kit/parts/gate';
import { withoutLineBreaks } from '../kit/parts/line-breaks';
import { entryRevisions, gatedEntries, type UsedEntry } from '../kit/parts/secret-set';
import { madeSecret } from '../kit/parts/secrets';
import { postgresTls } from '../kit/stores/postgres/client';
import { type Rae, secretsKey } from './instance';
import { appPath, names, runAs, scriptsPath } from './names';

/** Scripts of the containers, in one ConfigMap. */
export const scripts: Readonly<Record<string, string>> = Object.fromEntries(
  ['start.py', 'migrate.py', 'collection.py'].map((file) => [
    file,
    readFileSync(join(__dirname, 'scripts', file), 'utf8'),
  ]),
);

/** What a container waits for before it runs its command, see scripts/start.py. */
export type Need = 'postgres' | 'schema' | 'redis' | 'qdrant' | 'collection';

/** Everything that a container of the application needs to be there. */
export const everything: readonly Need[] = ['postgres', 'schema', 'redis', 'qdrant', 'collection'];

/** What the containers of the application have in common. */
export function applicationContainer(
  rae: Rae,
  needs: readonly Need[],
  words: readonly string[],
  env: readonly IEnvVar[],
) {
  const { settings } = rae;
  return withoutLineBreaks({
    image: settings.image,
    ...(settings.imagePullPolicy ? { imagePullPolicy: settings.imagePullPolicy } : {}),
    command: ['python3', '-B', `${scriptsPath}/start.py`, ...needs, '--'],
    args: [...words],
    workingDir: appPath,
    env: [...env],
    volumeMounts: [...mounts, ...postgresTls(rae.stores.postgres.client).volumeMounts],
  } satisfies Partial<IContainer>);
}

const mounts: IVolumeMount[] = [
  { name: 'scripts', mountPath: scriptsPath, readOnly: true },
  { name: 'tmp', mountPath: '/tmp' },
];

export interface RaePodArgs {
  /** Entries of Secrets that its containers read. */
  readonly reads: readonly (UsedEntry | undefined)[];
  readonly containers: readonly IContainer[];
  /** Volumes besides those that every pod has. @default none */
  readonly volumes?: readonly IVolume[];
  readonly graceSeconds: number;
  readonly rest?: Pick<IPodSpec, 'topologySpreadConstraints'>;
}

/** A pod of the application: nobody's token, nothing that lasts. */
export function raePod(rae: Rae, { containers, graceSeconds, reads, rest, volumes = [] }: RaePodArgs): IPodSpec {
  const { namespace, settings, stores } = rae;
  const gate = secretGate({ image: settings.image, namespace, entries: gatedEntries(reads) });
  return hardenedPod(runAs, {
    serviceAccountName: names.account,
    ...pullSecrets(settings.imagePullSecrets),
    ...rest,
    terminationGracePeriodSeconds: graceSeconds,
    // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
    dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
    ...initContainersOf(gate),
    containers: [...containers],
    volumes: [
      { name: 'scripts', configMap: { name: names.config } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      ...postgresTls(stores.postgres.client).volumes,
      ...gate.volumes,
      ...volumes,
    ],
  });
}

/** Annotations that start the pods anew when a counter of what they read is raised, or a script changes. */
export function podAnnotations(reads: RaePodArgs['reads']): Record<string, string> {
  return { ...entryRevisions(reads), ...contentHash('scripts', scripts) };
}

/** Keys of the objects that every pod of the application comes after. */
export function podNeeds(rae: Rae): string[] {
  const { client } = rae.stores.postgres;
  const made = [rae.secrets.jwtSecret, client.password.source].slice(0, 1);
  return ['serviceAccount', 'scripts', ...made.flatMap((source) => madeSecret(secretsKey, source))];
}

/** What the pods of API and workers read. */
export function applicationReads({ secrets }: Rae): (UsedEntry | undefined)[] {
  const { postgresPassword, redisPassword, redisUrl, jwtSecret, apiMasterKey, ...providers } = secrets;
  return [postgresPassword, redisPassword, redisUrl, jwtSecret, apiMasterKey, ...Object.values(providers)];
}

/** What beat reads. */
export function queueReads({ secrets }: Rae): (UsedEntry | undefined)[] {
  return [secrets.redisPassword, secrets.redisUrl];
}

/** Providers' keys alone. */
export function providerReads({ secrets }: Rae): (UsedEntry | undefined)[] {
  const { openaiApiKey, anthropicApiKey, geminiApiKey, grokApiKey, deepseekApiKey } = secrets;
  return [openaiApiKey, anthropicApiKey, geminiApiKey, grokApiKey, deepseekApiKey];
}

/**
 * Requests find a pod for a moment after it was told to end: its containers go on listening for as long.
 */
export function draining(container: IContainer): IContainer {
  return { ...container, lifecycle: { preStop: { exec: { command: ['sleep', String(drainSeconds)] } } } };
}

export const drainSeconds = 5;
