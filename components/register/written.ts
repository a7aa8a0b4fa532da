import type { KubernetesObject } from '../system/described';

/**
 * Field manager of every write. It is fixed and forces, because the provider otherwise takes a random manager for each
 * object, previews with force and applies without, so that a green preview can fail in `up`.
 */
export const fieldManager = 'memory-fleet';

/**
 * Kinds that the engine does not wait for, because their readiness says nothing that a later object does not say better,
 * or because it may be long in coming:
 *
 * - claims: those of a class that waits for the first consumer are bound only by their pod;
 * - Services: ten seconds of settling time each, and the readiness of their workload counts;
 * - Jobs: the provider waits for their end, so that an `up` would last as long as the work and fail with it. Work that
 *   takes hours goes on after `up`; nor does the engine wait for the end of the pods of a Job that it removes. A Job that
 *   others come after for its end says so itself;
 * - Ingresses: the provider waits for an address in their status, which a controller on node ports never writes.
 */
const notAwaited: ReadonlySet<string> = new Set(['PersistentVolumeClaim', 'Service', 'Job', 'Ingress']);

/**
 * The object as the engine gets it: with the annotations that steer the provider.
 *
 * @param awaited whether the engine waits for it. @default by its kind
 */
export function engineObject(object: KubernetesObject, awaited = !notAwaited.has(object.kind)): KubernetesObject {
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: {
        ...object.metadata.annotations,
        'pulumi.com/patchFieldManager': fieldManager,
        'pulumi.com/patchForce': 'true',
        ...(awaited ? {} : { 'pulumi.com/skipAwait': 'true' }),
      },
    },
  };
}
