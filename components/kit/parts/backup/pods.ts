import type { IContainer, IEnvVar, IPodSpec } from 'kubernetes-models/v1';
import { hardenedPod, pullSecrets, resourceRequirements } from '../../objects/pod';
import type { BackupArgs, Purpose } from './args';
import { jobEnvironment, jobMounts, type StoreScript, storeContainer, workVolume } from './containers';
import { repositoryEnv, repositoryMount, repositoryVolume } from './repository';
import { scriptsVolume } from './scripts';
import { type Reached, type StoreBackup, scriptsFolder } from './store';

const ownSizing = { cpu: '100m', memory: '128Mi', memoryLimit: '1Gi' } as const;

/** Scripts that open the repository; no other container has its password. */
const opening: ReadonlySet<string> = new Set(['open', 'save', 'fetch']);

/** Names of the containers of a pod that open the repository. */
export function openingIn({ containers, initContainers = [] }: IPodSpec): string[] {
  return [...initContainers, ...containers].map(({ name }) => name).filter((name) => opening.has(name));
}

/** Names of the containers of a pod that talk to a store. */
export function talkingTo({ containers, initContainers = [] }: IPodSpec, store: string): string[] {
  const scripts: readonly StoreScript[] = ['dump', 'look', 'load'];
  const names = scripts.map((script) => `${script}-${store}`);
  return [...initContainers, ...containers].map(({ name }) => name).filter((name) => names.includes(name));
}

/** Opens the repository, dumps the stores in their order, saves what they have dumped. */
export function backupPod(args: BackupArgs): IPodSpec {
  const { check, keep, keepDaily, keepMonthly, keepWeekly } = args.settings;
  const counts = { last: keep, daily: keepDaily, weekly: keepWeekly, monthly: keepMonthly };
  const options = Object.entries(counts).flatMap(([period, count]) => (count > 0 ? [`--keep-${period} ${count}`] : []));
  return pod(args, 'living', {
    initContainers: [
      ours(args, 'backup', 'open'),
      ...args.stores.map((store) => theirs(args, 'backup', 'dump', store, store.living)),
    ],
    containers: [
      ours(args, 'backup', 'save', [
        { name: 'KEEP', value: options.join(' ') },
        { name: 'CHECK_PERCENT', value: String(check.percent) },
      ]),
    ],
  });
}

/** Fetches a backup, looks at what is there, and only then loads it into the stores themselves. */
export function restorePod(args: BackupArgs): IPodSpec {
  const { stores } = args;
  return pod(args, 'living', {
    initContainers: [
      ours(args, 'restore', 'fetch', [{ name: 'BACKUP', value: 'latest' }]),
      ...stores.map((store) => theirs(args, 'restore', 'look', store, store.living)),
      ours(args, 'restore', 'guard', [{ name: 'OVERWRITE', value: '0' }]),
      ...stores.map((store) => theirs(args, 'restore', 'load', store, store.living)),
    ],
    containers: [ours(args, 'restore', 'compare')],
  });
}

/**
 * Fetches the newest backup and loads it into stores of its own, which share the pod's loopback address, so that nobody
 * has to reach them and they reach nobody. They are init containers that go on running: the pod ends without them.
 */
export function drillPod(args: BackupArgs): IPodSpec {
  return pod(args, 'scratch', {
    initContainers: [
      ours(args, 'drill', 'fetch', [{ name: 'BACKUP', value: 'latest' }]),
      ...args.stores.flatMap((store) => [
        ...store.scratch.containers.map((container) => ({ ...container, restartPolicy: 'Always' })),
        theirs(args, 'drill', 'load', store, store.scratch),
      ]),
    ],
    containers: [ours(args, 'drill', 'compare')],
  });
}

function pod(
  args: BackupArgs,
  reached: 'living' | 'scratch',
  containers: Pick<IPodSpec, 'initContainers' | 'containers'>,
): IPodSpec {
  const { claimName, settings, stores } = args;
  return hardenedPod(args.runAs, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
    dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
    ...containers,
    volumes: [
      scriptsVolume(args.name, stores),
      workVolume(args.workSize),
      ...repositoryVolume(settings, claimName),
      ...stores.flatMap((store) => store[reached].volumes ?? []),
    ],
  });
}

function common(args: BackupArgs, purpose: Purpose): IEnvVar[] {
  return jobEnvironment(purpose, args.stores, args.settings.deadlineSeconds);
}

/** A container of restic's own image. */
function ours(args: BackupArgs, purpose: Purpose, script: string, env: readonly IEnvVar[] = []): IContainer {
  return {
    name: script,
    image: args.settings.image,
    command: ['sh', `${scriptsFolder}/${script}.sh`],
    env: [
      ...common(args, purpose),
      ...(opening.has(script) ? [{ name: 'BACKUP_HOST', value: args.host }, ...repositoryEnv(args.settings)] : []),
      ...env,
    ],
    resources: resourceRequirements(ownSizing),
    volumeMounts: [...jobMounts, ...(opening.has(script) ? repositoryMount(args.settings) : [])],
  };
}

/** A container of a store's own tools. */
function theirs(
  args: BackupArgs,
  purpose: Purpose,
  script: StoreScript,
  store: StoreBackup,
  reached: Reached,
): IContainer {
  return storeContainer(common(args, purpose), script, store, reached);
}
