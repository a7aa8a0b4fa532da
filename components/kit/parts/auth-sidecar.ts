import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IProbe, IVolume } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { configMap } from '../objects/config-map';
import { contentHash } from '../objects/content-hash';
import type { Traffic } from '../objects/traffic';
import type { AuthenticationSettings, ClientLimit } from '../settings/authentication';
import { anyAddress } from './listening';
import { revisionAnnotations } from './secrets';

/** Port that asks for the token, and port that serves the health paths to the kubelet and to monitoring. */
export const proxyPorts = { guarded: 8081, health: 8082 } as const;

const file = 'haproxy.cfg';
const folder = '/usr/local/etc/haproxy';
const configuration = readFileSync(join(__dirname, 'auth-sidecar.cfg'), 'utf8');

/** Its own health, not that of the server behind it. */
const listens: IProbe = { tcpSocket: { port: 'guarded' } };

export interface BearerProxyArgs {
  /** Name and labels of the ConfigMap with the proxy's configuration. */
  readonly metadata: ObjectMeta;
  readonly image: string;
  readonly secret: { readonly secretName: string; readonly secretKey: string };
  readonly cluster: Pick<ClusterFacts, 'ipFamilies'>;
  /** The server in the same pod. */
  readonly upstream?: ProxiedServer;
  /** Origins of the pages whose scripts may use the server, such as `https://chat.example.org`. @default none */
  readonly origins?: readonly string[];
  /** How much one client may ask for. @default as much as it likes */
  readonly limit?: ClientLimit;
}

/** A server behind the proxy, and what its clients need that it does not do itself. */
export interface ProxiedServer {
  /** @default 8080 */
  readonly port?: number;
  /**
   * Paths that need no token, because they tell nothing and change nothing, and the port that answers them.
   * @default port 8080, paths /healthz, /readyz and /version
   */
  readonly health?: { readonly port: number; readonly paths: readonly string[] };
  /**
   * Paths that may be read at the guarded port without a token, each as it is written here and none below it, at most
   * 60 times a minute by one client. They are answered by the port for health. @default none
   */
  readonly openPaths?: readonly string[];
  /**
   * Whether requests come through an ingress controller or a Gateway, so that the last entry of `X-Forwarded-For` is the
   * client. @default false: whoever has the connection
   */
  readonly isBehindEntrance?: boolean;
  /** Whether the server refuses origins by a list of its own, which the proxy then does in its place. @default false */
  readonly judgesOrigin?: boolean;
  /**
   * Path of POSTs whose query names the session (`?sessionId=`), as clients of the SSE transport send it, where the server
   * looks for the header `Mcp-Session-Id` instead. @default none
   */
  readonly sessionPath?: string;
  /** What requests and streams may take, see {@link Traffic}. @default streams of 4 hours, and bodies of any size */
  readonly traffic?: Traffic;
}

/**
 * A proxy beside a server that has no authentication: it passes on what carries the bearer token and answers everything
 * else with status 401. The server must then listen on the loopback address only, or a network policy close off its port.
 */
export function bearerProxy(args: BearerProxyArgs): {
  readonly configMap: Described<'ConfigMap'>;
  readonly container: IContainer;
  readonly volume: IVolume;
} {
  const { name } = args.metadata;
  return {
    configMap: configMap(args.metadata, { [file]: configuration }),
    container: {
      name: 'bearer-proxy',
      image: args.image,
      args: ['haproxy', '-W', '-db', '-f', `${folder}/${file}`],
      env: [
        ...addressVariables(args.cluster),
        ...upstreamVariables(args.upstream),
        ...limitVariables(args),
        ...(args.origins?.length ? [{ name: 'PROXY_CORS_ORIGINS', value: args.origins.join(' ') }] : []),
        {
          name: 'PROXY_TOKEN',
          // Optional, so that the first `up` succeeds before the Secret exists; without a token nobody is let in.
          valueFrom: {
            secretKeyRef: { name: args.secret.secretName, key: args.secret.secretKey, optional: true },
          },
        },
      ],
      ports: [
        { name: 'guarded', containerPort: proxyPorts.guarded },
        { name: 'health', containerPort: proxyPorts.health },
      ],
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      // The image's own user; the pod's is the server's.
      securityContext: { runAsUser: 99, runAsGroup: 99 },
      volumeMounts: [{ name: 'bearer-proxy', mountPath: folder, readOnly: true }],
      startupProbe: { ...listens, periodSeconds: 1, failureThreshold: 30 },
      readinessProbe: { ...listens, periodSeconds: 10, failureThreshold: 3 },
      livenessProbe: { ...listens, periodSeconds: 30, failureThreshold: 3 },
    },
    volume: { name: 'bearer-proxy', configMap: { name } },
  };
}

/** What stands beside a server in its pod; everything is empty where nothing does. */
export interface AuthSidecar {
  readonly containers: readonly IContainer[];
  readonly volumes: readonly IVolume[];
  /** Annotations of the pod, so that it starts anew when the proxy has to. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Configuration of the proxy, the same for every server of a system. Absent where there is no proxy. */
  readonly configMap?: Described<'ConfigMap'>;
}

export const noSidecar: AuthSidecar = { containers: [], volumes: [], annotations: {} };

/**
 * The proxy in front of a server where its clients must show a bearer token.
 *
 * @param metadata of the proxy's configuration
 */
export function authSidecar(
  authentication: AuthenticationSettings | undefined,
  metadata: ObjectMeta,
  cluster: ClusterFacts,
  upstream?: ProxiedServer,
): AuthSidecar {
  if (authentication?.mode !== 'bearer') return noSidecar;
  const { cors, image, limit, secret } = authentication;
  const proxy = bearerProxy({
    metadata,
    image,
    secret,
    cluster,
    origins: cors.origins,
    ...(upstream ? { upstream } : {}),
    ...(limit ? { limit } : {}),
  });
  return {
    containers: [proxy.container],
    volumes: [proxy.volume],
    annotations: {
      ...revisionAnnotations({ bearer: secret }),
      ...contentHash('bearer-proxy', proxy.configMap.object.data),
    },
    configMap: proxy.configMap,
  };
}

/** Where it listens, on clusters with IPv6; its own configuration has every address of IPv4. */
function addressVariables(cluster: BearerProxyArgs['cluster']): Variable[] {
  const address = anyAddress(cluster);
  return address === '::' ? [{ name: 'PROXY_ADDRESS', value: address }] : [];
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

/** What the server is and needs; a variable that is not set leaves what it is for switched off. */
function upstreamVariables(server: ProxiedServer = {}): Variable[] {
  const { health, judgesOrigin, openPaths, port, sessionPath, traffic = {} } = server;
  const { bodyBytes, silenceSeconds } = traffic;
  return variables({
    PROXY_UPSTREAM: port && loopback(port),
    PROXY_HEALTH_UPSTREAM: health && loopback(health.port),
    PROXY_HEALTH_PATHS: health?.paths.join(' '),
    PROXY_OPEN_PATHS: openPaths?.join(' '),
    PROXY_JUDGES_ORIGIN: judgesOrigin ? 'true' : undefined,
    PROXY_SESSION_PATH: sessionPath,
    PROXY_BODY_BYTES: bodyBytes?.toString(),
    PROXY_IDLE_TIMEOUT: silenceSeconds === undefined ? undefined : `${silenceSeconds}s`,
  });
}

function limitVariables({ limit, upstream = {} }: BearerProxyArgs): Variable[] {
  const counts = limit !== undefined || upstream.openPaths?.length;
  return variables({
    PROXY_REQUESTS_PER_MINUTE: limit?.requestsPerMinute.toString(),
    PROXY_TOKEN_IS_CLIENT: limit?.per === 'token' ? 'true' : undefined,
    PROXY_CLIENT_IS_FORWARDED: counts && upstream.isBehindEntrance ? 'true' : undefined,
  });
}

/** Those that have a value; an empty one would switch on what nobody asked for. */
function variables(values: Readonly<Record<string, string | 0 | undefined>>): Variable[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

function loopback(port: number): string {
  return `127.0.0.1:${port}`;
}
