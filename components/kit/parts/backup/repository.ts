import type { IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { SecretEntry } from '../../../system/operations';
import type { BackupSettings } from '../../settings/backup';

const folder = '/repository';
/** Keys of the Secret of a bucket. */
const bucketKeys = { id: 'access-key-id', secret: 'secret-access-key' } as const;

/** Where backups are, in words. */
export function placeOf({ target }: BackupSettings, claimName: string): string {
  return target.kind === 'volume'
    ? `volume ${claimName}`
    : `s3://${target.bucket}/${target.prefix} at ${target.endpoint}`;
}

/** The entries of Secrets that a backup needs. */
export function neededEntries({ password, target }: BackupSettings): readonly SecretEntry[] {
  const { secretKey, secretName } = password;
  const bucket = target.kind === 's3' ? Object.values(bucketKeys).map((key) => ({ name: target.secretName, key })) : [];
  return [{ name: secretName, key: secretKey }, ...bucket];
}

/**
 * How containers reach the repository. What is secret comes from Secrets alone, and none of them has to be there for a pod
 * to start: the scripts name the one that is missing.
 */
export function repositoryEnv({ password, target }: BackupSettings): IEnvVar[] {
  const { secretKey, secretName } = password;
  return [
    { name: 'RESTIC_REPOSITORY', value: target.kind === 'volume' ? folder : bucketUrl(target) },
    { name: 'KEY_OF_REPOSITORY', value: `entry ${secretKey} of Secret ${secretName}` },
    optional('RESTIC_PASSWORD', secretName, secretKey),
    ...(target.kind === 's3'
      ? [
          {
            name: 'KEY_OF_BUCKET',
            value: `entry ${bucketKeys.id} and ${bucketKeys.secret} of Secret ${target.secretName}`,
          },
          { name: 'AWS_DEFAULT_REGION', value: target.region },
          optional('AWS_ACCESS_KEY_ID', target.secretName, bucketKeys.id),
          optional('AWS_SECRET_ACCESS_KEY', target.secretName, bucketKeys.secret),
        ]
      : []),
  ];
}

/** The volume of the repository, where it is on one. */
export function repositoryMount({ target }: BackupSettings): IVolumeMount[] {
  return target.kind === 'volume' ? [{ name: 'repository', mountPath: folder }] : [];
}

export function repositoryVolume({ target }: BackupSettings, claimName: string): IVolume[] {
  return target.kind === 'volume' ? [{ name: 'repository', persistentVolumeClaim: { claimName } }] : [];
}

function bucketUrl({ bucket, endpoint, prefix }: Extract<BackupSettings['target'], { kind: 's3' }>): string {
  return `s3:${endpoint.replace(/\/$/, '')}/${bucket}/${prefix}`;
}

function optional(variable: string, name: string, key: string): IEnvVar {
  return { name: variable, valueFrom: { secretKeyRef: { name, key, optional: true } } };
}
