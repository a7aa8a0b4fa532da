import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/**
 * Makes Envoy Gateway keep each client on its pod, on the route of the same name: like every gateway it goes past the
 * Service to the pods, so that the affinity of the Service does not count.
 * @see https://gateway.envoyproxy.io/docs/tasks/traffic/load-balancing/
 */
export function clientAffinity(metadata: ObjectMeta): Described<'BackendTrafficPolicy'> {
  return {
    object: {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'BackendTrafficPolicy',
      metadata,
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: metadata.name }],
        loadBalancer: { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } },
      },
    },
  };
}
