import type { ClusterFacts } from '../../config/cluster';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { madeSecret } from '../kit/parts/secrets';
import { qdrantPaths } from '../kit/stores/qdrant/objects';
import type { BackupTarget, QdrantBackupArgs } from './backup';
import { claims, metadataIn, podLabels, podsOf, ports, runAs, serviceHost, system, uses } from './names';
import type { ContextEngineSettings } from './settings';

/** What the settings say of the backup of Qdrant. */
export function backupArgs(settings: ContextEngineSettings, cluster: ClusterFacts): QdrantBackupArgs {
  const { backup, qdrant } = settings;
  const { apiKey } = qdrant;
  const { requests } = ports.qdrant;
  return {
    metadata: metadataIn(settings, podsOf('backup')),
    podLabels: {
      backup: podLabels('backup', ['qdrant', 'snapshots']),
      restore: podLabels('restore', ['qdrant', 'snapshots']),
      drill: podLabels('drill', ['snapshots']),
    },
    image: settings.image,
    imagePullSecrets: settings.imagePullSecrets,
    serviceAccountName: system,
    runAs,
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.image),
    after: ['serviceAccount', 'qdrant', 'qdrantService', 'qdrantSnapshots', ...madeSecret('qdrantKey', apiKey)],
    qdrant: {
      url: `http://${serviceHost(settings, 'qdrant', cluster.domain)}:${requests}`,
      port: requests,
      podLabels: podsOf('qdrant'),
      apiKey: apiKey && { name: apiKey.secretName, key: apiKey.secretKey },
      snapshots: { claimName: claims.snapshots, mountPath: qdrantPaths.snapshots, podLabels: uses('snapshots') },
      image: qdrant.image,
      resources: qdrant.resources,
      storageSize: qdrant.storage.size,
    },
    target: target(settings),
    schedule: backup.schedule,
    deadlineSeconds: backup.deadlineSeconds,
    maxAgeSeconds: backup.maxAgeSeconds,
    keep: backup.keep,
  };
}

/** A bucket is filled by way of the node's own disk, which a snapshot must fit into. */
function target({ backup, qdrant }: ContextEngineSettings): BackupTarget {
  return backup.target.kind === 's3' ? { ...backup.target, scratchSize: qdrant.snapshots.size } : backup.target;
}
