import type { IPodSpec } from 'kubernetes-models/v1';
import type { PlannedObject } from '../components/system/planned-object';

/** Pods that an operator makes out of one object, as far as they take something. */
export interface OperatorPods {
  readonly replicas: number;
  readonly pod: IPodSpec;
}

/**
 * Pods of CloudNativePG: servers, each with a claim of its own, and those of a pooler. What a plugin adds to a server takes
 * what the namespace has for containers that say nothing, and is not counted.
 */
export function operatorPods(object: PlannedObject): OperatorPods | undefined {
  switch (object.kind) {
    case 'Cluster': {
      const { instances = 1, resources, storage } = object.spec ?? {};
      const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: storage?.size ?? '0' } } };
      return {
        replicas: instances,
        pod: {
          containers: [{ name: 'postgres', resources: { ...resources } }],
          // It outlives the pod, and is as many as the pods.
          volumes: [{ name: 'data', ephemeral: { volumeClaimTemplate: { spec: claim } } }],
        } as IPodSpec,
      };
    }
    case 'Pooler': {
      const containers = object.spec?.template?.spec?.containers ?? [];
      return { replicas: object.spec?.instances ?? 1, pod: { containers } as IPodSpec };
    }
    default:
      return undefined;
  }
}
