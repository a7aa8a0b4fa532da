import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/**
 * Makes Envoy Gateway ask for an API key on the route of the same name.
 * @see https://gateway.envoyproxy.io/docs/tasks/security/apikey-auth/
 */
export function apiKeyPolicy(
  metadata: ObjectMeta,
  keys: { readonly secretName: string; readonly header: string },
): Described<'SecurityPolicy'> {
  return {
    object: {
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'SecurityPolicy',
      metadata,
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: metadata.name }],
        apiKeyAuth: {
          credentialRefs: [{ group: '', kind: 'Secret', name: keys.secretName }],
          extractFrom: [{ headers: [keys.header] }],
        },
      },
    },
  };
}
