import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IPersistentVolumeClaim } from 'kubernetes-models/v1';
import type { KubernetesObject } from '../../components/kit/object';
import type { Rule } from '../rule';

export const protectedData: Rule = {
  name: 'protected-data',
  demand: 'claims, and namespaces that hold claims, are protected and kept',
  check(object, { key, objects }) {
    const isNamespaceOfClaims =
      object.kind === 'Namespace' &&
      Object.values(objects).some(
        ({ object: other }) =>
          other.kind === 'PersistentVolumeClaim' && other.metadata.namespace === object.metadata.name,
      );
    if (object.kind !== 'PersistentVolumeClaim' && !isNamespaceOfClaims) return [];
    return objects[key]?.holdsData ? [] : ['could be deleted with its data'];
  },
};

export const visibleVolumes: Rule = {
  name: 'visible-volumes',
  demand: 'volumes are claims of their own: those from volumeClaimTemplates can be neither protected nor grown',
  check(object) {
    if (object.kind !== 'StatefulSet') return [];
    const { spec } = object as { spec?: { volumeClaimTemplates?: unknown[] } };
    return spec?.volumeClaimTemplates?.length ? ['claims its volumes by volumeClaimTemplates'] : [];
  },
};

export const singleWriters: Rule = {
  name: 'single-writers',
  demand: 'a Deployment on a ReadWriteOnce volume has one replica and the strategy Recreate',
  check(object, { objects }) {
    if (object.kind !== 'Deployment' || !mountsExclusiveClaim(object, Object.values(objects))) return [];
    const { spec } = object as KubernetesObject & IDeployment;
    return [
      ...(spec?.strategy?.type === 'Recreate' ? [] : ['would start a second pod while the first holds the volume']),
      ...(spec?.replicas === 1 ? [] : [`asks for ${spec?.replicas ?? 'no fixed number of'} replicas`]),
    ];
  },
};

function mountsExclusiveClaim(object: KubernetesObject, others: readonly { object: KubernetesObject }[]): boolean {
  const { spec } = object as KubernetesObject & IDeployment;
  const mounted = (spec?.template.spec?.volumes ?? []).map((volume) => volume.persistentVolumeClaim?.claimName);
  return others.some(({ object: other }) => {
    const modes = (other as IPersistentVolumeClaim).spec?.accessModes ?? [];
    return (
      other.kind === 'PersistentVolumeClaim' &&
      mounted.includes(other.metadata.name) &&
      !modes.includes('ReadWriteMany')
    );
  });
}
