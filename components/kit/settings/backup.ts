import { z } from 'zod';
import {
  byteQuantity,
  cronSchedule,
  httpsOrigin,
  image,
  integer,
  objectName,
  reason,
  relativePath,
  text,
} from '../../../config/fields';
import { perCluster } from '../../../config/promotion';
import { type NamedSecret, namedSecret } from './named-secrets';
import {
  anySource,
  configSecret,
  existingSecret,
  externalSecret,
  type SecretPath,
  sealedSecret,
} from './secret-source';
import { checkTiming, type Timing } from './timing';

const day = 86_400;

/** What a system says of its backups beside its own settings. */
export interface BackupDefaults {
  /** Name of the system, which its Secrets and its folder in a bucket begin with. */
  readonly system: string;
  /** Where the secrets of a stack file have the password, where it comes from there. */
  readonly secret: SecretPath;
  /** When backups are made, in UTC. */
  readonly schedule: string;
  /** Size of the volume with the repository, a quantity in bytes. */
  readonly size: string;
  /** Number of newest backups that are kept. @default 7 */
  readonly keep?: number;
}

/** Where backups are kept. */
const target = ({ size, system }: BackupDefaults) =>
  z.discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('volume').describe('Backups are kept on a volume of their own.'),
        size: byteQuantity.default(size).describe('Size of the volume; it can grow, never shrink.'),
        storageClass: objectName
          .optional()
          .describe('StorageClass of the volume; it cannot change later. Default: the one of the cluster facts.'),
      }),
      z.strictObject({
        kind: z.literal('s3').describe('Backups are kept in a bucket.'),
        endpoint: httpsOrigin.describe(
          'Endpoint of the object storage. A Service of the cluster is named with .svc and has the port of its pods, which network policies go by.',
        ),
        bucket: text(
          /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*(\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
          'the name of a bucket: 3 to 63 lower-case letters, digits, "-" and single ".", and no address',
        ).describe('Bucket.'),
        region: text(/^[\w-]+$/, 'a region such as us-east-1')
          .default('us-east-1')
          .describe('Region of the bucket.'),
        prefix: relativePath.default(system).describe('Folder in the bucket.'),
        secretName: objectName
          .default(`${system}-s3`)
          .describe('Secret with the keys access-key-id and secret-access-key, made by somebody else.'),
      }),
    ],
    { error: 'a map with kind "volume" or "s3"' },
  );

/** Where the password of the backups comes from. Every run reads it anew, so that there is no revision to count. */
const password = ({ secret, system }: BackupDefaults) => {
  const entry = [`${system}-backup`, 'password'] as const;
  const unrevised = { secretRevision: true } as const;
  return z.discriminatedUnion(
    'source',
    [
      existingSecret(...entry).omit(unrevised),
      configSecret(...entry, secret).omit(unrevised),
      externalSecret(...entry).omit(unrevised),
      sealedSecret(...entry).omit(unrevised),
    ],
    { error: anySource },
  );
};

/**
 * Backups by restic, as every system has them.
 *
 * @param own what a system has besides
 */
export const backup = <S extends z.ZodRawShape = Record<never, never>>(defaults: BackupDefaults, own?: S) =>
  z
    .strictObject({
      schedule: cronSchedule.default(defaults.schedule).describe('When backups are made, in UTC.'),
      image: image
        .default('docker.io/restic/restic:0.18.0')
        .describe('Image with restic, 0.17 or newer, and a POSIX shell.'),
      target: perCluster(target(defaults).prefault({ kind: 'volume' }).describe('Where backups are kept.')),
      password: perCluster(
        password(defaults)
          .prefault({ source: 'existing' })
          .describe(
            'The password that backups are encrypted with. Without it nobody reads them: keep a copy elsewhere.',
          ),
      ),
      keep: integer(1, 365)
        .default(defaults.keep ?? 7)
        .describe('Number of newest backups that are kept.'),
      keepDaily: integer(0, 3650).default(0).describe('Days whose last backup is kept besides.'),
      keepWeekly: integer(0, 520).default(0).describe('Weeks whose last backup is kept besides.'),
      keepMonthly: integer(0, 120).default(0).describe('Months whose last backup is kept besides.'),
      check: z
        .strictObject({
          percent: integer(0, 100)
            .default(5)
            .describe('Share of the data that is read back, in percent; 0 looks at the structure alone.'),
        })
        .prefault({})
        .describe('How each run checks the backups.'),
      drill: z
        .strictObject({
          schedule: cronSchedule
            .optional()
            .describe('When a backup is tried out, in UTC. Default: on demand only, and no alert.'),
          maxAgeSeconds: integer(3600, 365 * day)
            .default(8 * day)
            .describe('Age of the last good scheduled drill at which the alert goes off, in seconds.'),
        })
        .prefault({})
        .describe('Trying out the newest backup: it is loaded beside the system, and counted.'),
      deadlineSeconds: integer(60, day).default(3600).describe('Time that one run may take, in seconds.'),
      maxAgeSeconds: integer(3600, 60 * day)
        .default(36 * 3600)
        .describe('Age of the last good backup at which the alert goes off, in seconds.'),
      ...(own as S),
    })
    .superRefine((settings, context) => {
      const { deadlineSeconds, drill, maxAgeSeconds, schedule } = settings as unknown as Timings;
      const paths = { schedule: ['schedule'], deadlineSeconds: ['deadlineSeconds'], maxAgeSeconds: ['maxAgeSeconds'] };
      checkTiming({ schedule, deadlineSeconds, maxAgeSeconds }, paths, context);
      const drillPaths = { ...paths, schedule: ['drill', 'schedule'], maxAgeSeconds: ['drill', 'maxAgeSeconds'] };
      checkTiming({ ...drill, deadlineSeconds }, drillPaths, context);
    });

/** What of these settings is about time; the type of those that a system adds is not known here. */
interface Timings extends Timing {
  readonly drill: Pick<Timing, 'schedule' | 'maxAgeSeconds'>;
}

/** Why the rule for backups does not hold. */
export const unsavedReason = reason
  .optional()
  .describe('Why data have no backup on a production stack; shown at every preview.');

export type BackupSettings = z.output<ReturnType<typeof backup>>;

/** The Secrets that backups need. */
export function backupSecrets(path: readonly PropertyKey[], settings: BackupSettings | undefined): NamedSecret[] {
  if (settings === undefined) return [];
  const { password, target } = settings;
  return [
    namedSecret([...path, 'password'], password),
    { path: [...path, 'target', 'secretName'], name: target.kind === 's3' ? target.secretName : undefined },
  ];
}
