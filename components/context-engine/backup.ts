import type { IPodSpec } from 'kubernetes-models/v1';
import { onOneNode } from '../kit/objects/pod';
import type { BackupArgs } from '../kit/parts/backup/args';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { madeSecret } from '../kit/parts/secrets';
import { qdrantBackup } from '../kit/stores/qdrant/backup';
import { qdrantPorts, qdrantUser } from '../kit/stores/qdrant/objects';
import type { NamedCluster } from '../system';
import { allPods, claims, metadataIn, podLabels, podsOf, serviceHost, system, uses } from './names';
import type { ContextEngineSettings } from './settings';

/** The backup of Qdrant: all that Context Engine cannot make anew, its memories, and what takes it hours, the index. */
export function backupArgs(settings: ContextEngineSettings, cluster: NamedCluster): BackupArgs {
  const { backup, qdrant } = settings;
  const { apiKey } = qdrant;
  const url = `http://${serviceHost(settings, 'qdrant', cluster.domain)}:${qdrantPorts.requests}`;
  return {
    name: `${system}-backup`,
    key: 'backup',
    content: 'collections',
    settings: backup,
    metadata: metadataIn(settings, podsOf('backup')),
    podLabels: {
      backup: podLabels('backup', ['qdrant', 'backups']),
      restore: podLabels('restore', ['qdrant', 'backups']),
      drill: podLabels('drill', ['backups']),
    },
    host: `${cluster.name}/${settings.namespace.name}/${system}`,
    serviceAccountName: system,
    imagePullSecrets: settings.imagePullSecrets,
    // The unprivileged image of Qdrant, which a drill starts, runs as this one alone.
    runAs: qdrantUser,
    placement: placement(settings),
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, settings.image, backup.image, qdrant.image),
    after: [
      ...['serviceAccount', 'qdrant', 'qdrantService'],
      ...madeSecret('qdrantKey', apiKey),
      ...madeSecret('backupPassword', { ...backup.password, secretRevision: 0 }),
    ],
    stores: [
      qdrantBackup({
        toolsImage: settings.image,
        url,
        apiKey,
        cluster,
        image: qdrant.image,
        resources: qdrant.resources,
        storageSize: qdrant.storage.size,
      }),
    ],
    claimName: claims.backups,
    storageClass: cluster.storageClass,
    workSize: qdrant.snapshots.size,
  };
}

/** A volume with backups attaches to one node at a time, so that pods which run at the same time must be on one. */
function placement({ backup, layout }: ContextEngineSettings): Pick<IPodSpec, 'affinity'> {
  if (layout === 'single-node') return onOneNode(allPods);
  return backup.target.kind === 'volume' ? onOneNode(uses('backups')) : {};
}
