import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import type { RouteRule } from './http-route';
import { type IngressArgs, type IngressDialect, plainPath } from './ingress-dialect';

/** Name of the middleware of an Ingress, of the same namespace. */
const middlewareName = ({ name }: ObjectMeta) => `${name}-prefixes`;

/**
 * What Traefik reads. The only entry point that leads to us is the one with TLS: what is asked by plain HTTP is answered by
 * 404, or by the redirect of the entry point itself, and reaches no server. Traefik passes streams on as they come, sets no
 * limit to bodies, and its `readTimeout` is for bodies of requests: streams outlive it, busy and silent ones. It keeps clients on their pods by cookies alone, which clients of MCP do not keep.
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/
 */
export function traefikDialect({ ingress, metadata }: IngressArgs, rewrites: boolean): IngressDialect {
  const annotations = {
    'router.entrypoints': ingress.entryPoint,
    'router.tls': 'true',
    ...(rewrites ? { 'router.middlewares': `${metadata.namespace}-${middlewareName(metadata)}@kubernetescrd` } : {}),
  };
  return {
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([name, value]) => [`traefik.ingress.kubernetes.io/${name}`, value]),
    ),
    path: plainPath,
  };
}

/** Takes the prefixes off the paths of an Ingress, which names it; nothing where they are left as they are. */
export function prefixMiddleware(
  metadata: ObjectMeta,
  rules: readonly RouteRule[],
): Described<'Middleware'> | undefined {
  const prefixes = rules
    .filter(({ path, replaceBy }) => replaceBy !== undefined && path !== '/')
    .map(({ path }) => path);
  if (prefixes.length === 0) return undefined;
  return {
    object: {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'Middleware',
      metadata: { ...metadata, name: middlewareName(metadata) },
      // The first that fits is taken off, so that the longest must come first.
      spec: { stripPrefix: { prefixes: prefixes.sort((a, b) => b.length - a.length) } },
    },
  };
}
