import type { DescribedObjects } from '../../components/system/described';
import type { PlannedObject } from '../../components/system/planned-object';
import { objectsIn } from '../backends';
import { podLabelsOf, podOf } from '../pods';
import type { Rule } from '../rule';

export const protectedData: Rule = {
  name: 'protected-data',
  demand: 'claims, databases of an operator, and namespaces that hold either are protected and kept',
  check(object, { key, objects }) {
    const isNamespaceOfData =
      object.kind === 'Namespace' &&
      objectsIn(objects).some((other) => keepsData(other) && other.metadata.namespace === object.metadata.name);
    if (!keepsData(object) && !isNamespaceOfData) return [];
    return objects[key]?.holdsData ? [] : ['could be deleted with its data'];
  },
};

/** The volumes of a database of CloudNativePG go with it. */
function keepsData({ kind }: PlannedObject): boolean {
  return kind === 'PersistentVolumeClaim' || kind === 'Cluster';
}

export const savedData: Rule = {
  name: 'saved-data',
  demand: 'on production stacks a backup covers whatever cannot be made again',
  check(object, { cluster, operations, path }) {
    if (!cluster.production || object.kind !== 'PersistentVolumeClaim') return [];
    return (operations.unsaved ?? [])
      .filter(({ claim }) => claim === object.metadata.name)
      .map(({ key, name }) => `holds ${name}, which no backup covers: set ${[...path, key].join('.')}`);
  },
};

export const visibleVolumes: Rule = {
  name: 'visible-volumes',
  demand: 'volumes are claims of their own: those from volumeClaimTemplates can be neither protected nor grown',
  check(object) {
    if (object.kind !== 'StatefulSet') return [];
    return object.spec?.volumeClaimTemplates?.length ? ['claims its volumes by volumeClaimTemplates'] : [];
  },
};

export const singleWriters: Rule = {
  name: 'single-writers',
  demand: 'what mounts a ReadWriteOnce volume runs one pod at a time, and ends it before it starts the next',
  check(object, { objects }) {
    return exclusiveClaims(object, objects).length > 0 ? secondPods(object) : [];
  },
};

/** How a workload could come to run a second pod beside the first. */
function secondPods(object: PlannedObject): string[] {
  switch (object.kind) {
    case 'Job':
      return parallel(object.spec?.parallelism);
    case 'CronJob': {
      const overlaps =
        object.spec?.concurrencyPolicy === 'Forbid' ? [] : ['may start while its last run holds the volume'];
      return [...overlaps, ...parallel(object.spec?.jobTemplate.spec?.parallelism)];
    }
    case 'Deployment': {
      const surges = object.spec?.strategy?.type !== 'Recreate';
      return [
        ...(surges ? ['would start a second pod while the first holds the volume'] : []),
        ...several(object.spec?.replicas),
      ];
    }
    case 'StatefulSet':
      return several(object.spec?.replicas);
    default:
      return [];
  }
}

function several(replicas: number | undefined): string[] {
  return replicas === 1 ? [] : [`asks for ${replicas ?? 'no fixed number of'} replicas`];
}

function parallel(pods = 1): string[] {
  return pods === 1 ? [] : [`runs ${pods} pods at a time`];
}

export const oneNodeVolumes: Rule = {
  name: 'one-node-volumes',
  demand: 'workloads that share a ReadWriteOnce volume are kept on one node, because no other can mount it meanwhile',
  check(object, { objects }) {
    const claims = exclusiveClaims(object, objects);
    if (claims.length === 0) return [];
    const sharers = objectsIn(objects).filter(
      (other) => other !== object && exclusiveClaims(other, objects).some((claim) => claims.includes(claim)),
    );
    return sharers
      .filter((other) => !follows(object, other))
      .map((other) => `shares a volume with ${other.kind} ${other.metadata.name}, but may be put on another node`);
  },
};

/** Whether the pods of a workload must be on the node of the other's, and may be where there are none of either. */
function follows(object: PlannedObject, other: PlannedObject): boolean {
  const terms = podOf(object)?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some(({ labelSelector, topologyKey }) => {
    const wanted = Object.entries(labelSelector?.matchLabels ?? {});
    const matches = (each: PlannedObject) => wanted.every(([key, value]) => podLabelsOf(each)[key] === value);
    return topologyKey === 'kubernetes.io/hostname' && wanted.length > 0 && matches(object) && matches(other);
  });
}

/** Names of the claims that the pods of an object mount and that only one node can mount at a time. */
function exclusiveClaims(object: PlannedObject, objects: DescribedObjects): string[] {
  const mounted = (podOf(object)?.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
  if (mounted.length === 0) return [];
  return objectsIn(objects)
    .filter((other) => other.kind === 'PersistentVolumeClaim')
    .filter(({ spec }) => !spec?.accessModes?.includes('ReadWriteMany'))
    .map(({ metadata }) => metadata.name)
    .filter((name) => mounted.includes(name));
}
