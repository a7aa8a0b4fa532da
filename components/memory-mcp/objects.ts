import { labelsOf } from '../kit/objects/labels';
import { dedicatedNamespace } from '../kit/objects/namespace';
import { dataVolume } from '../kit/objects/persistent-volume-claim';
import { account } from '../kit/objects/service-account';
import { bearerSource } from '../kit/parts/access';
import { backupObjects } from '../kit/parts/backup';
import { leftOut } from '../kit/parts/backup/left-out';
import { delivery } from '../kit/parts/delivery';
import { exposureObjects } from '../kit/parts/exposure';
import { networkPolicies } from '../kit/parts/network-policies';
import { plannedObjects } from '../kit/parts/plan';
import { secretObjects } from '../kit/parts/secrets';
import { unsavedWaiver } from '../kit/parts/unsaved';
import type { NamedCluster, SystemPlan } from '../system';
import { monitoringObjects } from './alerts';
import { backup, inClusterUrl } from './backup';
import { bootstrap } from './bootstrap';
import { entranceOf, exposureOf } from './exposure';
import { flows } from './flows';
import { allPods, metadataIn, pods, system } from './names';
import { operations } from './operations';
import { server } from './server';
import type { MemoryMcpSettings } from './settings';
import { unsavedData } from './unsaved';
import { volumeBackupArgs } from './volume-backup';

/** Everything that memory-mcp is on a cluster. Pure: the same settings and facts always give the same objects. */
export function describeMemoryMcp(settings: MemoryMcpSettings, cluster: NamedCluster) {
  const metadata = metadataIn(settings);
  const traffic = flows(settings, cluster);
  const volumeBackup = volumeBackupArgs(settings, cluster);
  const dataMetadata = metadata(`${system}-data`);
  const objects = {
    ...(settings.namespace.shared
      ? {}
      : {
          namespace: {
            ...dedicatedNamespace(settings.namespace.name, labelsOf(system)),
            namedBy: ['memoryMcp', 'namespace', 'name'],
          },
        }),
    serviceAccount: account(metadata(system)),
    volume: {
      ...dataVolume({
        metadata: volumeBackup ? leftOut(dataMetadata, cluster) : dataMetadata,
        size: settings.volume.size,
        storageClass: settings.volume.storageClass ?? cluster.storageClass,
      }),
      waivers: unsavedWaiver(settings.unsavedReason, unsavedData(settings), dataMetadata.name),
    },
    ...networkPolicies({
      system,
      metadata,
      // A shared namespace has other pods, which are none of our business.
      ours: settings.namespace.shared ? allPods : {},
      flows: traffic,
      cluster,
    }),
    ...secretObjects(
      metadata(system),
      {
        token: { source: settings.token, secret: ['memoryMcp', 'token'], from: ['memoryMcp', 'token'] },
        bearerToken: {
          source: bearerSource(settings.authentication),
          secret: ['memoryMcp', 'bearer'],
          from: ['memoryMcp', 'authentication', 'secret'],
        },
        volumeBackupPassword: {
          source: settings.backup.volume && { ...settings.backup.volume.password, secretRevision: 0 },
          secret: ['memoryMcp', 'backupPassword'],
          from: ['memoryMcp', 'backup', 'volume', 'password'],
        },
      },
      cluster,
    ),
    ...server(settings, cluster),
    ...exposureObjects(exposureOf(settings), settings.authentication, cluster),
    ...bootstrap(settings),
    ...backup(settings, cluster),
    ...(volumeBackup ? backupObjects(volumeBackup) : {}),
    ...monitoringObjects(settings, cluster),
    ...delivery(
      {
        name: system,
        // Not the pods' labels: what the Application selects by must not select the Application.
        labels: labelsOf(system, pods.server),
        namespace: settings.namespace.name,
        path: settings.applicationPath,
        pathKey: ['memoryMcp', 'applicationPath'],
        after: ['service', 'deployment'],
        followedImage: settings.image,
      },
      cluster,
    ),
  };
  const url = inClusterUrl(settings, cluster);
  const entrance = entranceOf(settings, cluster);
  const endpoint = { url: entrance ? `${entrance}/mcp` : url, inClusterUrl: url };
  return {
    id: system,
    path: ['memoryMcp'],
    component: 'MemoryMcp',
    namespace: settings.namespace.name,
    architectures: { [settings.image]: settings.imageArchitectures },
    objects: plannedObjects(objects, cluster),
    flows: traffic,
    outputs: { ...endpoint, client: { mcpServers: { memory: { type: 'http', url: endpoint.url } } } },
    operations: operations(settings, cluster, endpoint),
  } satisfies SystemPlan;
}
