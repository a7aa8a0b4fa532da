import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IPodSpec } from 'kubernetes-models/v1';
import { scheduledJob } from '../kit/objects/cron-job';
import { hardenedPod, onOneNode, pullSecrets, type RunAs, resourceRequirements, type Sizing } from '../kit/objects/pod';
import type { Described, Waiver } from '../system/described';
import type { SecretEntry, SnapshotBackup } from '../system/operations';
import type { ObjectMeta } from '../system/planned-object';

/** Scripts of the backup, as files beside this one. They import one another, so they are mounted together. */
const files = ['backups.py', 'qdrant.py', 'restore.py', 'run.py', 's3.py', 'snapshot.py', 'stores.py'] as const;
const contents = Object.fromEntries(
  files.map((file) => [file, readFileSync(join(__dirname, 'qdrant', file), 'utf8')]),
) as Readonly<Record<(typeof files)[number], string>>;

/** Names of the objects. */
export const backupNames = {
  scripts: 'qdrant-backup',
  backup: 'qdrant-backup',
  restore: 'qdrant-restore',
} as const;

const folders = { scripts: '/opt/backup', snapshots: '/snapshots', scratch: '/scratch', tmp: '/tmp' } as const;
/** Seconds by which a script ends before its Job does, so that it can remove what it made and say why. */
const tidySeconds = 30;

/** Where backups are kept. */
export type BackupTarget =
  /** On the volume of Qdrant's snapshots, which a pod of a backup mounts beside Qdrant, on its node. */
  | { readonly kind: 'volume' }
  | {
      readonly kind: 's3';
      /** URL of the object storage; buckets are addressed by path. */
      readonly endpoint: string;
      readonly bucket: string;
      readonly region: string;
      /** Folder in the bucket. */
      readonly prefix: string;
      /** Secret with the keys `access-key-id` and `secret-access-key`, which may read, write, list and delete. */
      readonly secretName: string;
      /** Room for the largest snapshot and a part of it on the node's own disk, a quantity in bytes. */
      readonly scratchSize: string;
    };

export interface QdrantBackupArgs {
  /** Metadata of an object by its name. */
  readonly metadata: (name: string) => ObjectMeta;
  /**
   * Labels of the pods. Those of the first two may talk to Qdrant and, with a bucket, to it; those of a drill talk to
   * the bucket alone, and nobody talks to them: they never are those that Qdrant's Service selects.
   */
  readonly podLabels: Readonly<Record<'backup' | 'restore' | 'drill', Readonly<Record<string, string>>>>;
  /** Image with Python 3.11 and curl 7.88 or later. */
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly serviceAccountName: string;
  readonly runAs: RunAs;
  /** Waivers of the rules that the image breaks on purpose. */
  readonly waivers: readonly Waiver[];
  /** Logical names of the objects that must be there before the jobs. */
  readonly after: readonly string[];
  readonly qdrant: QdrantArgs;
  readonly target: BackupTarget;
  /** When backups are made, in UTC. */
  readonly schedule: string;
  /** Time that a backup or a restore may take, in seconds, at least 60. */
  readonly deadlineSeconds: number;
  /** Age of the newest backup that is still acceptable, in seconds. */
  readonly maxAgeSeconds: number;
  /** Number of backups that are kept. */
  readonly keep: number;
  /** @default 100m CPU, 64Mi and at most 512Mi of memory: files pass through in pieces */
  readonly resources?: Sizing;
}

/** The Qdrant that is backed up. */
export interface QdrantArgs {
  /** URL of its REST API from within the cluster. */
  readonly url: string;
  /** Port of its pod for the REST API, past any proxy. */
  readonly port: number;
  /** Labels of its pod. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Absent where it asks for none. */
  readonly apiKey?: SecretEntry | undefined;
  /** Claim of its snapshots, where its container mounts it, and labels of all pods that mount it, Qdrant's among them. */
  readonly snapshots: {
    readonly claimName: string;
    readonly mountPath: string;
    readonly podLabels: Readonly<Record<string, string>>;
  };
  /** For the Qdrant of a drill. */
  readonly image: string;
  readonly resources: Sizing;
  /** Size of its data, a quantity in bytes: a drill takes twice of it on the node's own disk. */
  readonly storageSize: string;
}

/** The scheduled backup of Qdrant, and a template for restoring it. */
export function backupObjects(args: QdrantBackupArgs): Record<string, Described> {
  const scripts: Described<'ConfigMap'> = {
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: args.metadata(backupNames.scripts),
      data: { ...contents },
    },
  };
  const backup = job(args, 'backup', args.schedule, [{ name: 'RETENTION', value: String(args.keep) }]);
  const restore = job(args, 'restore', 'on demand', restoreEnv);
  return { qdrantBackupScripts: scripts, qdrantBackup: backup, qdrantRestore: restore };
}

/** What Context Engine says of its backup to the operator's commands. */
export function backupFacts(args: QdrantBackupArgs): SnapshotBackup {
  const { apiKey, podLabels, port } = args.qdrant;
  const { target } = args;
  return {
    kind: 'snapshots',
    cronJob: backupNames.backup,
    deadlineSeconds: args.deadlineSeconds,
    maxAgeSeconds: args.maxAgeSeconds,
    name: 'collections',
    place:
      target.kind === 's3'
        ? `s3://${target.bucket}/${target.prefix} at ${target.endpoint}`
        : `volume ${args.qdrant.snapshots.claimName}`,
    server: { podLabels, port, ...(apiKey ? { apiKey } : {}) },
    restore: { cronJob: backupNames.restore, container: 'restore' },
    drill: { labels: args.podLabels.drill, pod: drillPod(args), port: 6333, container: 'restore' },
  };
}

/** A job restores the newest backup, and overwrites nothing; who starts one for something else changes these. */
const restoreEnv: IEnvVar[] = [
  { name: 'BACKUP', value: 'latest' },
  { name: 'ACTION', value: 'restore' },
  { name: 'OVERWRITE', value: '0' },
];

function job(
  args: QdrantBackupArgs,
  kind: 'backup' | 'restore',
  schedule: string,
  env: readonly IEnvVar[],
): Described<'CronJob'> {
  const { apiKey, url } = args.qdrant;
  const key = apiKey ? [fromSecret('QDRANT_API_KEY', apiKey.name, apiKey.key)] : [];
  const container = scriptContainer(args, kind, [{ name: 'QDRANT_URL', value: url }, ...key, ...env]);
  return {
    ...scheduledJob({
      metadata: args.metadata(backupNames[kind]),
      podLabels: args.podLabels[kind],
      schedule,
      deadlineSeconds: args.deadlineSeconds,
      // A restore that failed is for a person to look at.
      retries: kind === 'backup' ? 1 : 0,
      pod: scriptPod(args, [container]),
    }),
    after: ['qdrantBackupScripts', ...args.after],
    waivers: args.waivers,
  };
}

function scriptContainer(args: QdrantBackupArgs, kind: 'backup' | 'restore', env: readonly IEnvVar[]): IContainer {
  const script = kind === 'backup' ? 'snapshot.py' : 'restore.py';
  return {
    name: kind,
    image: args.image,
    command: ['python3', '-B', `${folders.scripts}/${script}`],
    env: [...env, { name: 'DEADLINE_SECONDS', value: String(args.deadlineSeconds - tidySeconds) }, ...targetEnv(args)],
    resources: resourceRequirements(args.resources ?? { cpu: '100m', memory: '64Mi', memoryLimit: '512Mi' }),
    volumeMounts: [
      { name: 'scripts', mountPath: folders.scripts, readOnly: true },
      { name: 'tmp', mountPath: folders.tmp },
      args.target.kind === 'volume'
        ? { name: 'snapshots', mountPath: folders.snapshots }
        : { name: 'scratch', mountPath: folders.scratch },
    ],
  };
}

function targetEnv({ qdrant, target }: QdrantBackupArgs): IEnvVar[] {
  if (target.kind === 'volume') {
    return [
      { name: 'TARGET', value: 'volume' },
      { name: 'SNAPSHOTS_DIR', value: folders.snapshots },
      { name: 'QDRANT_SNAPSHOTS_DIR', value: qdrant.snapshots.mountPath },
    ];
  }
  return [
    { name: 'TARGET', value: 's3' },
    { name: 'S3_ENDPOINT', value: target.endpoint },
    { name: 'S3_BUCKET', value: target.bucket },
    { name: 'S3_REGION', value: target.region },
    { name: 'S3_PREFIX', value: target.prefix },
    fromSecret('S3_ACCESS_KEY_ID', target.secretName, 'access-key-id'),
    fromSecret('S3_SECRET_ACCESS_KEY', target.secretName, 'secret-access-key'),
    { name: 'SCRATCH_DIR', value: folders.scratch },
  ];
}

function scriptPod(args: QdrantBackupArgs, containers: IContainer[], volumes: IPodSpec['volumes'] = []): IPodSpec {
  const { qdrant, target } = args;
  return hardenedPod(args.runAs, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    // The volume attaches to one node at a time, and that is Qdrant's.
    ...(target.kind === 'volume' ? onOneNode(qdrant.snapshots.podLabels) : {}),
    // Names with a dot are asked for as they are first: policies that allow hosts by name never see search domains.
    dnsConfig: { options: [{ name: 'ndots', value: '1' }] },
    containers,
    volumes: [
      { name: 'scripts', configMap: { name: backupNames.scripts } },
      { name: 'tmp', emptyDir: { sizeLimit: '10Mi' } },
      target.kind === 'volume'
        ? { name: 'snapshots', persistentVolumeClaim: { claimName: qdrant.snapshots.claimName } }
        : { name: 'scratch', emptyDir: { sizeLimit: target.scratchSize } },
      ...(volumes ?? []),
    ],
  });
}

/**
 * A Qdrant of its own beside a restore that fills it: the restore reads the newest backup and may change nothing of it.
 * The two share the pod's loopback address, so that nobody has to reach either.
 */
function drillPod(args: QdrantBackupArgs): IPodSpec {
  const { image, resources, storageSize } = args.qdrant;
  const restore = scriptContainer(args, 'restore', [
    { name: 'QDRANT_URL', value: 'http://127.0.0.1:6333' },
    { name: 'QDRANT_WAIT_SECONDS', value: '300' },
    { name: 'BACKUP', value: 'latest' },
    { name: 'TRANSFER', value: 'upload' },
  ]);
  const scratchQdrant: IContainer = {
    name: 'qdrant',
    image,
    env: [
      { name: 'QDRANT__TELEMETRY_DISABLED', value: 'true' },
      { name: 'QDRANT_INIT_FILE_PATH', value: '/qdrant/init/.qdrant-initialized' },
      // What is sent is unpacked here, on a volume that has room for it.
      { name: 'QDRANT__STORAGE__TEMP_PATH', value: '/qdrant/snapshots/tmp' },
    ],
    resources: resourceRequirements(resources),
    volumeMounts: [
      { name: 'drill-storage', mountPath: '/qdrant/storage' },
      { name: 'drill-snapshots', mountPath: '/qdrant/snapshots' },
      { name: 'drill-init', mountPath: '/qdrant/init' },
    ],
  };
  const readOnly = (restore.volumeMounts ?? []).map((mount) =>
    mount.name === 'snapshots' ? { ...mount, readOnly: true } : mount,
  );
  const empty = (name: string, sizeLimit: string) => ({ name, emptyDir: { sizeLimit } });
  return {
    ...scriptPod(
      args,
      [{ ...restore, volumeMounts: readOnly }, scratchQdrant],
      [empty('drill-storage', storageSize), empty('drill-snapshots', storageSize), empty('drill-init', '1Mi')],
    ),
    // What fails is looked at, not started over.
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 5,
  };
}

function fromSecret(variable: string, name: string, key: string): IEnvVar {
  return { name: variable, valueFrom: { secretKeyRef: { name, key } } };
}
