import { labelsOf } from '../kit/objects/labels';
import { type SnapshotArgs, snapshotFacts, snapshotFlow, snapshotObjects } from '../kit/parts/snapshots';
import type { NamedCluster } from '../system';
import type { Described } from '../system/described';
import type { Flow } from '../system/flow';
import type { SnapshotBackup } from '../system/operations';
import { backupArgs, backupUses } from './backup';
import type { Instance } from './instance';
import { claims, metadataIn, names, podLabels, podsOf, system } from './names';

/** Snapshots of the volumes, in the order of the backup: what the server knows of its repositories comes first. */
export function snapshots(instance: Instance, cluster: NamedCluster): Record<string, Described> {
  const args = snapshotArgs(instance, cluster);
  return args ? snapshotObjects(args) : {};
}

/** What they are to the operator's commands. */
export function snapshotBackups(instance: Instance, cluster: NamedCluster): SnapshotBackup[] {
  const args = snapshotArgs(instance, cluster);
  return args ? [snapshotFacts(args)] : [];
}

/** Their pods ask the API server, besides the stores whose clients they are. */
export function snapshotFlows({ settings }: Instance, { apiServer }: Pick<NamedCluster, 'apiServer'>): Flow[] {
  if (!settings.snapshots) return [];
  return [snapshotFlow({ name: 'snapshots', podLabels: podsOf('snapshots') }, apiServer.port)];
}

function snapshotArgs(instance: Instance, cluster: NamedCluster): SnapshotArgs | undefined {
  const { namespace, settings } = instance;
  if (!settings.snapshots) return undefined;
  return {
    ...backupArgs(instance, cluster),
    name: names.snapshots,
    key: 'snapshots',
    settings: settings.snapshots,
    cluster,
    metadata: metadataIn(namespace, podsOf('snapshots')),
    podLabels: podLabels('snapshots', backupUses(instance)),
    labels: labelsOf(system),
    toolsImage: settings.backup.toolsImage,
    claims: [
      claims.data,
      claims.chroma,
      ...(settings.graph.kind === 'none' ? [] : [claims[settings.graph.kind]]),
      ...(settings.postgres.enabled ? [claims.postgres] : []),
    ],
    writers: [{ name: names.server, replicas: 1 }],
  };
}
