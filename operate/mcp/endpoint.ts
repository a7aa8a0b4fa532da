import type { SystemPlan } from '../../components/system';
import type { Access, ServerFacts } from '../../components/system/operations';
import { Failure } from '../base/failure';
import { isReady, podsWith, selectorText } from '../cluster/pods';
import { type Forwarded, forwardPort } from '../cluster/port-forward';
import type { StackCluster } from '../cluster/stack-cluster';
import { type Address, type Connection, openConnection } from './connection';
import { accessHeaders, tokenVariable } from './credentials';

/** An MCP endpoint that can be talked to. */
export interface OpenEndpoint {
  readonly url: string;
  /** How it is reached: by its host name as clients do, through the API server, or as the operator said. */
  readonly way: 'host name' | 'port-forward' | 'url';
  readonly transport: ServerFacts['transport'];
  /** For messages, such as `memory-mcp of stack staging by its host name, https://memories.example.org/mcp`. */
  readonly words: string;
  /** Carries what the server asks for; see {@link Connection}. */
  readonly connection: Connection;
  /** Ends the connection and a forwarded port. */
  close(): Promise<void>;
}

/** What the operator can say about the way to a server. */
export interface RouteOptions {
  /** File with certificates (PEM) to trust beside the public ones. */
  readonly ca?: string | undefined;
  /** Where the host name is to be found, in the stead of what DNS says. */
  readonly address?: Address | undefined;
  /** Not by the host name, although there is one. */
  readonly portForward?: boolean | undefined;
}

/** A system of a stack and its cluster, which is asked for only where it is needed. */
export interface SystemPlace {
  readonly stack: string;
  readonly system: SystemPlan;
  readonly cluster: () => Promise<Pick<StackCluster, 'api' | 'kubeConfig'>>;
}

/** A server of a system. */
export interface ServerPlace extends SystemPlace {
  readonly server: ServerFacts;
}

/**
 * Opens the way to the MCP endpoint of a server: the host name of its route, else a forwarded
 * port of one of its pods. By the host name with {@link tokenVariable} set, no cluster is needed.
 *
 * @throws Failure when no pod is ready, no token is known, or the certificates cannot be read
 */
export async function openEndpoint(place: ServerPlace, options: RouteOptions = {}): Promise<OpenEndpoint> {
  const { stack, system, server } = place;
  const { hostname, transport } = server;
  const byHostName = hostname !== undefined && options.portForward !== true;
  const headers = await headersFor(place, byHostName);
  if (byHostName) {
    const { url } = server.endpoint;
    const words = `${system.id} of stack ${stack} by its host name, ${url}`;
    return opened({ url, way: 'host name', transport, words, connection: openConnection({ ...options, headers }) });
  }
  const { pod, forwarded } = await forwardedPod(place, server.ports.requests);
  const url = `http://127.0.0.1:${forwarded.port}${server.paths.mcp}`;
  const words = `${system.id} of stack ${stack} through the API server, pod ${system.namespace}/${pod}`;
  return opened({ url, way: 'port-forward', transport, words, connection: openConnection({ headers }) }, forwarded);
}

/**
 * Opens the way to any MCP endpoint over streamable HTTP. A token comes from {@link tokenVariable} alone and is shown as a bearer token.
 * @throws Failure when it is no URL, or the certificates cannot be read
 */
export function openUrl(url: string, { ca }: Pick<RouteOptions, 'ca'> = {}): OpenEndpoint {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Failure(`${url} is no URL of a server`, 'name it as https://HOST/mcp');
  }
  const token = process.env[tokenVariable]?.trim();
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  return opened({ url, way: 'url', transport: 'http', words: url, connection: openConnection({ ca, headers }) });
}

function opened(endpoint: Omit<OpenEndpoint, 'close'>, forwarded?: Forwarded): OpenEndpoint {
  const close = async () => {
    await endpoint.connection.close();
    await forwarded?.close();
  };
  return { ...endpoint, close };
}

/** A Gateway asks for its key at the host name only; a proxy beside the server asks everybody. */
async function headersFor(place: ServerPlace, byHostName: boolean): Promise<Record<string, string>> {
  const { access } = place.server;
  const nobody = (access.mode === 'gateway' && !byHostName) || (access.mode === 'clients' && access.own === undefined);
  const asked: Access =
    nobody && !(access.mode === 'clients' && process.env[tokenVariable]?.trim()) ? { mode: 'none' } : access;
  const needsSecret = asked.mode !== 'none' && !process.env[tokenVariable]?.trim();
  const { namespace } = place.system;
  return accessHeaders(asked, needsSecret ? { api: (await place.cluster()).api, namespace } : undefined);
}

/** One of the server's pods that is ready. @throws Failure when none is */
export async function readyPod({ stack, system, server, cluster }: ServerPlace): Promise<string> {
  const { namespace, id: name } = system;
  const { podLabels } = server;
  const { api } = await cluster();
  const pod = (await podsWith(api, namespace, podLabels)).find(isReady)?.metadata.name;
  if (pod === undefined) {
    throw new Failure(
      `stack ${stack}: no pod of ${name} is ready in namespace ${namespace}`,
      `look at it: kubectl -n ${namespace} get pods -l ${selectorText(podLabels)}`,
    );
  }
  return pod;
}

/**
 * Forwards a port of one of the server's pods that is ready.
 * @throws Failure when none is
 */
export async function forwardedPod(
  place: ServerPlace,
  port: number,
): Promise<{ readonly pod: string; readonly forwarded: Forwarded }> {
  const { namespace } = place.system;
  const { kubeConfig } = await place.cluster();
  const pod = await readyPod(place);
  return { pod, forwarded: await forwardPort(kubeConfig, { namespace, pod, port }) };
}
