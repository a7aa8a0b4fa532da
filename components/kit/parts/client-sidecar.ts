import type { ClusterFacts } from '../../../config/cluster';
import type { ObjectMeta } from '../../system/planned-object';
import { type ClientKeysSettings, clientKeySet } from '../settings/client-keys';
import { usedKeys } from '../settings/secret-set';
import { type AuthSidecar, bearerProxy, type ProxiedServer, sidecarOf } from './auth-sidecar';

export interface ClientSidecarArgs {
  readonly settings: ClientKeysSettings;
  readonly metadata: ObjectMeta;
  readonly cluster: ClusterFacts;
  readonly upstream: ProxiedServer;
  /** Header by which clients may show the key, besides the bearer token. */
  readonly header: string;
  /** What the server is told of who asks, by which header. @default nothing */
  readonly identity?: { readonly header: string; readonly of: (client: string) => string };
}

/** The proxy in front of a server each of whose clients has a key of its own. */
export function clientSidecar(args: ClientSidecarArgs): AuthSidecar {
  const { identity, settings } = args;
  const keys = usedKeys(clientKeySet(settings, []));
  const clients = Object.entries(settings.clients).map(([name, client]) => ({
    name,
    secretKey: keys.get(name) ?? name,
    requestsPerMinute: client.requestsPerMinute ?? settings.requestsPerMinute,
    ...(identity ? { identity: identity.of(name) } : {}),
  }));
  const { cors, image, requestsPerMinute, secret } = settings;
  return sidecarOf(
    bearerProxy({
      ...{ metadata: args.metadata, image, cluster: args.cluster, upstream: args.upstream, origins: cors.origins },
      limit: { requestsPerMinute, per: 'token' },
      shown: {
        secret: secret.secretName,
        clients,
        header: args.header,
        ...(identity ? { identityHeader: identity.header } : {}),
      },
    }),
  );
}
