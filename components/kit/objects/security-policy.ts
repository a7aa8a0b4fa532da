import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** Headers of requests and answers by which clients speak MCP, of its revisions with sessions and without. */
const mcpHeaders = {
  asked: ['Content-Type', 'Mcp-Session-Id', 'Mcp-Protocol-Version', 'Last-Event-ID', 'Mcp-Method', 'Mcp-Name'],
  answered: ['Mcp-Session-Id'],
};

/**
 * Makes Envoy Gateway ask for an API key on the route of the same name, and answer browsers that ask for their pages.
 * @see https://gateway.envoyproxy.io/docs/tasks/security/apikey-auth/
 */
export function apiKeyPolicy(
  metadata: ObjectMeta,
  keys: { readonly secretName: string; readonly header: string; readonly origins?: readonly string[] },
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
        ...(keys.origins?.length
          ? {
              cors: {
                allowOrigins: [...keys.origins],
                allowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
                allowHeaders: [keys.header, ...mcpHeaders.asked],
                exposeHeaders: mcpHeaders.answered,
                maxAge: '10m',
              },
            }
          : {}),
      },
    },
  };
}
