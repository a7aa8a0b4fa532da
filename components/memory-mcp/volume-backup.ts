import { labelsOf } from '../kit/objects/labels';
import { onOneNode } from '../kit/objects/pod';
import type { BackupArgs } from '../kit/parts/backup/args';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { madeSecret } from '../kit/parts/secrets';
import { volumeBackup } from '../kit/stores/volume/backup';
import type { NamedCluster } from '../system';
import { metadataIn, pods, system, usesVolume } from './names';
import { runAs } from './server';
import type { MemoryMcpSettings } from './settings';

/**
 * The backup of the volume, where it is wanted: the recall log is in no git, and memories without a remote are on the
 * volume alone.
 */
export function volumeBackupArgs(settings: MemoryMcpSettings, cluster: NamedCluster): BackupArgs | undefined {
  const { volume: wanted } = settings.backup;
  if (wanted === undefined) return undefined;
  const { toolsImage, ...backup } = wanted;
  const labels = (purpose: 'backup' | 'restore' | 'drill') => ({
    ...labelsOf(system, pods.volumeBackup),
    'memory-fleet.dev/purpose': purpose,
    ...usesVolume,
  });
  return {
    name: `${system}-volume-backup`,
    key: 'volumeBackup',
    content: 'volume',
    settings: backup,
    metadata: metadataIn(settings, pods.volumeBackup),
    podLabels: { backup: labels('backup'), restore: labels('restore'), drill: labels('drill') },
    host: `${cluster.name}/${settings.namespace.name}/${system}`,
    serviceAccountName: system,
    imagePullSecrets: [],
    runAs,
    placement: onOneNode(usesVolume),
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, backup.image, toolsImage),
    after: [
      ...['serviceAccount', 'volume'],
      ...madeSecret('volumeBackupPassword', { ...backup.password, secretRevision: 0 }),
    ],
    stores: [volumeBackup({ toolsImage, claimName: `${system}-data`, size: settings.volume.size })],
    claimName: `${system}-volume-backup`,
    storageClass: cluster.storageClass,
    workSize: settings.volume.size,
  };
}
