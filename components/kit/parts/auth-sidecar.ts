import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IEnvVar, IProbe, IVolume } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { configMap } from '../objects/config-map';
import { contentHash } from '../objects/content-hash';
import type { Traffic } from '../objects/traffic';
import type { AuthenticationSettings, ClientLimit } from '../settings/authentication';
import { keysOf, type ShownKeys } from './client-keys';
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
  /** What clients show: one token for all, or a key each. */
  readonly shown: { readonly secretName: string; readonly secretKey: string } | ShownKeys;
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
  /** Time that requests have to end when the proxy is stopped, in seconds. @default 45 */
  readonly stopSeconds?: number;
  /** The only paths that are passed on, with all that is below them. @default all */
  readonly paths?: readonly string[];
  /** A header that nobody outside may send to the server. @default none */
  readonly droppedHeader?: string;
}

/**
 * A proxy beside a server that has no authentication: it passes on what carries the bearer token and answers everything
 * else with status 401. The server must then listen on the loopback address only, or a network policy close off its port.
 */
export function bearerProxy(args: BearerProxyArgs): {
  readonly configMap: Described<'ConfigMap'>;
  readonly container: IContainer;
  readonly volumes: readonly IVolume[];
} {
  const { name } = args.metadata;
  const keys = 'secretName' in args.shown ? undefined : keysOf(args.shown);
  const command = ['haproxy', '-W', '-db', '-f', `${folder}/${file}`];
  return {
    configMap: configMap(args.metadata, { [file]: configuration, ...keys?.files }),
    container: {
      name: 'bearer-proxy',
      image: args.image,
      ...(keys ? { command: [...keys.command(folder)] } : {}),
      args: command,
      env: [
        ...addressVariables(args.cluster),
        ...upstreamVariables(args.upstream),
        ...limitVariables(args),
        ...(args.origins?.length ? [{ name: 'PROXY_CORS_ORIGINS', value: args.origins.join(' ') }] : []),
        ...('secretName' in args.shown ? [tokenVariable(args.shown)] : (keys?.variables(folder) ?? [])),
      ],
      ports: [
        { name: 'guarded', containerPort: proxyPorts.guarded },
        { name: 'health', containerPort: proxyPorts.health },
      ],
      resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
      // The image's own user; the pod's is the server's.
      securityContext: { runAsUser: 99, runAsGroup: 99 },
      volumeMounts: [{ name: 'bearer-proxy', mountPath: folder, readOnly: true }, ...(keys?.mounts ?? [])],
      startupProbe: { ...listens, periodSeconds: 1, failureThreshold: 30 },
      readinessProbe: { ...listens, periodSeconds: 10, failureThreshold: 3 },
      livenessProbe: { ...listens, periodSeconds: 30, failureThreshold: 3 },
    },
    volumes: [{ name: 'bearer-proxy', configMap: { name } }, ...(keys?.volumes ?? [])],
  };
}

function tokenVariable({
  secretKey: key,
  secretName: name,
}: {
  readonly secretName: string;
  readonly secretKey: string;
}) {
  // Optional, so that the first `up` succeeds before the Secret exists; without a token nobody is let in.
  return { name: 'PROXY_TOKEN', valueFrom: { secretKeyRef: { name, key, optional: true } } };
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
  return sidecarOf(
    bearerProxy({
      ...{ metadata, image, shown: secret, cluster, origins: cors.origins },
      ...(upstream ? { upstream } : {}),
      ...(limit ? { limit } : {}),
    }),
    revisionAnnotations({ bearer: secret }),
  );
}

/** A proxy as what stands beside a server. */
export function sidecarOf(
  { configMap: configured, container, volumes }: ReturnType<typeof bearerProxy>,
  annotations: Readonly<Record<string, string>> = {},
): AuthSidecar {
  return {
    containers: [container],
    volumes,
    annotations: { ...annotations, ...contentHash('bearer-proxy', configured.object.data) },
    configMap: configured,
  };
}

/** Where it listens, on clusters with IPv6; its own configuration has every address of IPv4. */
function addressVariables(cluster: BearerProxyArgs['cluster']): IEnvVar[] {
  const address = anyAddress(cluster);
  return address === '::' ? [{ name: 'PROXY_ADDRESS', value: address }] : [];
}

/** What the server is and needs; a variable that is not set leaves what it is for switched off. */
function upstreamVariables(server: ProxiedServer = {}): IEnvVar[] {
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
    PROXY_STOP_AFTER: server.stopSeconds === undefined ? undefined : `${server.stopSeconds}s`,
    PROXY_PATHS: server.paths?.join(' '),
    PROXY_FOLDERS: server.paths?.map((path) => `${path}/`).join(' '),
    PROXY_DROPPED_HEADER: server.droppedHeader,
  });
}

function limitVariables({ limit, upstream = {} }: BearerProxyArgs): IEnvVar[] {
  const counts = limit !== undefined || upstream.openPaths?.length;
  return variables({
    PROXY_REQUESTS_PER_MINUTE: limit?.requestsPerMinute.toString(),
    PROXY_CLIENT_IS_BEARER: limit?.per === 'token' ? 'true' : undefined,
    PROXY_CLIENT_IS_FORWARDED: counts && upstream.isBehindEntrance ? 'true' : undefined,
  });
}

/** Those that have a value; an empty one would switch on what nobody asked for. */
function variables(values: Readonly<Record<string, string | 0 | undefined>>): IEnvVar[] {
  return Object.entries(values).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

function loopback(port: number): string {
  return `127.0.0.1:${port}`;
}
