import type { BackupTarget, QdrantBackupArgs } from '../../components/context-engine/backup';
import { labelsOf } from '../../components/kit/objects/labels';

/** A backup of a Qdrant without anything around it. */
export function backupArgs(
  target: BackupTarget = { kind: 'volume' },
  more: Partial<QdrantBackupArgs> = {},
): QdrantBackupArgs {
  const namespace = 'context-engine';
  const labels = (component: string) => labelsOf('context-engine', { app: 'context-engine', component });
  return {
    metadata: (name) => ({ name, namespace, labels: labels('backup') }),
    podLabels: {
      backup: { ...labels('backup'), 'memory-fleet.dev/uses-qdrant': 'true' },
      restore: { ...labels('restore'), 'memory-fleet.dev/uses-qdrant': 'true' },
      drill: labels('restore'),
    },
    image: `example.org/context-engine:1@sha256:${'a'.repeat(64)}`,
    imagePullSecrets: [],
    serviceAccountName: 'context-engine',
    runAs: { uid: 1000, gid: 1000 },
    waivers: [],
    after: ['serviceAccount'],
    qdrant: {
      url: 'http://qdrant:6333',
      port: 6333,
      podLabels: { app: 'context-engine', component: 'qdrant' },
      snapshots: {
        claimName: 'qdrant-snapshots',
        mountPath: '/qdrant/snapshots',
        podLabels: { 'memory-fleet.dev/uses-snapshots': 'true' },
      },
      image: `example.org/qdrant:1@sha256:${'b'.repeat(64)}`,
      resources: { cpu: '1', memory: '2Gi', memoryLimit: '8Gi' },
      storageSize: '50Gi',
    },
    target,
    schedule: '43 2 * * *',
    deadlineSeconds: 3600,
    maxAgeSeconds: 129_600,
    keep: 7,
    ...more,
  };
}

/** A bucket as target. */
export const bucket: BackupTarget = {
  kind: 's3',
  endpoint: 'https://s3.example.org',
  bucket: 'backups',
  region: 'eu-test-1',
  prefix: 'fleet/qdrant',
  secretName: 'context-engine-s3',
  scratchSize: '60Gi',
};
