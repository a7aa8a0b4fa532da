import type { ClusterFacts } from '../../config/cluster';
import { onOneNode } from '../kit/objects/pod';
import { leftOut } from '../kit/parts/backup/left-out';
import { qdrantObjects, qdrantVolumes } from '../kit/stores/qdrant/objects';
import { volumeOn } from '../kit/stores/single';
import type { Described } from '../system/described';
import { sidecarDependencies, sidecarOf } from './auth-sidecar';
import { allPods, claims, metadataIn, podLabels, podsOf, scraped, system } from './names';
import type { ContextEngineSettings } from './settings';

/** Name of the StatefulSet, of its Service and of what clients call it. */
const name = 'qdrant';

/** The claims of Qdrant, by the names that the seed's StatefulSet claimed them. */
export function qdrantClaims(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const metadata = metadataIn(settings);
  return qdrantVolumes(name, (claim) => leftOut(metadata(claim), cluster), volumesOf(settings, cluster));
}

/** Qdrant, the vector database of everything. */
export function qdrant(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  const { apiKey, image, resources } = settings.qdrant;
  return qdrantObjects({
    name,
    cluster,
    metadata: (object, labels) => metadataIn(settings, labels)(object),
    selector: podsOf(name),
    podLabels: podLabels(name, []),
    scraped,
    image,
    imagePullSecrets: settings.imagePullSecrets,
    imageUnpinnedReason: settings.imageUnpinnedReason,
    resources,
    serviceAccountName: system,
    ...volumesOf(settings, cluster),
    placement: settings.layout === 'single-node' ? onOneNode(allPods) : {},
    apiKey: apiKey && { source: apiKey, key: 'qdrantKey' },
    sidecar: sidecarOf(settings, cluster, name),
    after: ['serviceAccount', ...sidecarDependencies(settings, name)],
  });
}

function volumesOf({ qdrant: { snapshots, storage } }: ContextEngineSettings, cluster: ClusterFacts) {
  return {
    storage: volumeOn(cluster, claims.storage, storage),
    snapshots: volumeOn(cluster, claims.snapshots, snapshots),
  };
}
