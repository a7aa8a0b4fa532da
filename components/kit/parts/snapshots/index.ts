import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../../config/cluster';
import type { Described } from '../../../system/described';
import type { Flow, Labels } from '../../../system/flow';
import type { SnapshotBackup } from '../../../system/operations';
import { configMap } from '../../objects/config-map';
import { scheduledJob } from '../../objects/cron-job';
import { hardenedPod, pullSecrets, resourceRequirements } from '../../objects/pod';
import { permissions } from '../../objects/role';
import { account } from '../../objects/service-account';
import type { SnapshotSettings } from '../../settings/snapshots';
import type { BackupArgs } from '../backup/args';
import { jobEnvironment, jobMounts, storeContainer, workVolume } from '../backup/containers';
import { filesOf, scriptsOf, scriptsVolume } from '../backup/scripts';
import { scriptsFolder } from '../backup/store';

/** What the pods are for. */
type Purpose = 'make' | 'verify';

/** What a backup is told that snapshots are told too. */
type CommonArgs = Pick<
  BackupArgs,
  'key' | 'metadata' | 'imagePullSecrets' | 'runAs' | 'placement' | 'waivers' | 'after' | 'stores'
>;

export interface SnapshotArgs extends CommonArgs {
  /** Name of the objects, and value of the label that all snapshots of the system have; `-verify` is added for its CronJob. */
  readonly name: string;
  readonly settings: SnapshotSettings;
  readonly cluster: Pick<ClusterFacts, 'volumeSnapshots'>;
  /** Labels of the pods: the stores' clients, and those whose flow {@link snapshotFlow} is. */
  readonly podLabels: Labels;
  /** Labels of the snapshots, for people. */
  readonly labels: Labels;
  /** Image with Python 3.9 or newer. */
  readonly toolsImage: string;
  /** Names of the claims in the order in which they are cut, by which a system keeps several consistent. */
  readonly claims: readonly [string, ...string[]];
  /** Deployments that write to them, which `quiesce` stops, with their replicas. */
  readonly writers: readonly { readonly name: string; readonly replicas: number }[];
}

const own = filesOf(join(__dirname, 'scripts'));
const sizing = { cpu: '50m', memory: '64Mi', cpuLimit: '500m', memoryLimit: '256Mi' } as const;

/** Label that every snapshot of a system has, with the name of its sets. */
export const snapshotsLabel = 'memory-fleet.dev/snapshots';

/** The scheduled snapshots of a system's claims, and a template for counting what came back from one. */
export function snapshotObjects(args: SnapshotArgs): Record<string, Described> {
  const { key, name, settings } = args;
  const { role, roleBinding } = permissions(args.metadata(name), rights(args));
  const mountsToken = {
    rule: 'unmounted-tokens',
    reason: 'snapshots are objects of the cluster, made through its API',
  };
  const job = (purpose: Purpose, schedule: string): Described => ({
    ...scheduledJob({
      metadata: args.metadata(cronJobsOf(args)[purpose]),
      podLabels: args.podLabels,
      schedule,
      deadlineSeconds: settings.deadlineSeconds,
      // The second try starts again what the first may have left stopped.
      retries: purpose === 'make' ? 1 : 0,
      pod: pod(args, purpose),
    }),
    after: [`${key}Scripts`, `${key}RoleBinding`, ...args.after],
    waivers: [mountsToken, ...args.waivers],
  });
  return {
    [`${key}Account`]: account(args.metadata(name)),
    [`${key}Role`]: role,
    [`${key}RoleBinding`]: { ...roleBinding, after: [`${key}Role`, `${key}Account`] },
    [`${key}Scripts`]: configMap(args.metadata(name), { ...scriptsOf(args.stores), ...own }),
    [key]: job('make', settings.schedule),
    [`${key}Verify`]: job('verify', 'on demand'),
  };
}

/** What the system says of these snapshots to the operator's commands. */
export function snapshotFacts(args: SnapshotArgs): SnapshotBackup {
  const { claims, name, settings } = args;
  const { make: backup, verify } = cronJobsOf(args);
  return {
    kind: 'snapshots',
    name: 'snapshots',
    claims,
    ...(classOf(args) === '' ? {} : { className: classOf(args) }),
    label: { name: snapshotsLabel, value: name },
    cronJobs: { backup, verify },
    deadlineSeconds: settings.deadlineSeconds,
    maxAgeSeconds: settings.maxAgeSeconds,
  };
}

/** Their pods talk to the API server. */
export function snapshotFlow({ name, podLabels }: Pick<SnapshotArgs, 'name' | 'podLabels'>, port = 443): Flow {
  return {
    name: `${name}-to-api-server`,
    pods: podLabels,
    direction: 'out',
    peer: { kind: 'api-server' },
    port,
    purpose: 'snapshots of volumes',
  };
}

function cronJobsOf({ name }: Pick<SnapshotArgs, 'name'>): Readonly<Record<Purpose, string>> {
  return { make: name, verify: `${name}-verify` };
}

/** Empty: the default of the driver. */
function classOf({ cluster, settings }: SnapshotArgs): string {
  return settings.className ?? cluster.volumeSnapshots?.className ?? '';
}

/** What the account may do, and no more: it reads no Secret, and stops no other Deployment than these. */
function rights({ settings, writers }: SnapshotArgs): Parameters<typeof permissions>[1] {
  const rule = (group: string, resource: string, verbs: string[], names: readonly string[] = []) => ({
    ...{ apiGroups: [group], resources: [resource], verbs },
    ...(names.length > 0 ? { resourceNames: [...names] } : {}),
  });
  const snapshot = rule('snapshot.storage.k8s.io', 'volumesnapshots', ['get', 'list', 'create', 'delete']);
  if (!settings.quiesce || writers.length === 0) return [snapshot];
  const names = writers.map(({ name }) => name);
  return [snapshot, rule('apps', 'deployments/scale', ['get', 'patch'], names), rule('', 'pods', ['list'])];
}

/** Counts what the stores have, then makes the snapshots, or holds the counts against those of a set. */
function pod(args: SnapshotArgs, purpose: Purpose): IPodSpec {
  const { settings, stores } = args;
  const env = jobEnvironment(purpose === 'make' ? 'snapshots' : 'verify', stores, settings.deadlineSeconds);
  return hardenedPod(args.runAs, {
    serviceAccountName: args.name,
    automountServiceAccountToken: true,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    ...(stores.length > 0
      ? { initContainers: stores.map((store) => storeContainer(env, 'look', store, store.living)) }
      : {}),
    containers: [container(args, purpose, env)],
    volumes: [
      scriptsVolume(args.name, stores, Object.keys(own)),
      workVolume('64Mi'),
      ...stores.flatMap((store) => store.living.volumes ?? []),
    ],
  });
}

function container(args: SnapshotArgs, purpose: Purpose, env: readonly IEnvVar[]): IContainer {
  const { claims, labels, settings, writers } = args;
  const values: Record<string, string> =
    purpose === 'verify'
      ? { SET: 'latest' }
      : {
          CLAIMS: claims.join(' '),
          CLASS: classOf(args),
          LABELS: JSON.stringify(labels),
          KEEP: String(settings.keep),
          WRITERS: settings.quiesce ? writers.map(({ name, replicas }) => `${name}=${replicas}`).join(' ') : '',
        };
  return {
    name: purpose,
    image: args.toolsImage,
    command: ['python3', '-B', `${scriptsFolder}/${purpose}.py`],
    env: [
      ...env,
      { name: 'NAME', value: args.name },
      { name: 'ACCOUNT', value: '/var/run/secrets/kubernetes.io/serviceaccount' },
      ...Object.entries(values).map(([name, value]) => ({ name, value })),
    ],
    resources: resourceRequirements(sizing),
    volumeMounts: [...jobMounts],
  };
}
