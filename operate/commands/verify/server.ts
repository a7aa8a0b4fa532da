import type { Access } from '../../../components/system/operations';
import { Failure, throwIfInterrupted } from '../../base/failure';
import { type Showing, startProgress } from '../../base/progress';
import { outputOf } from '../../cluster/exec';
import { replacePods } from '../../cluster/pods';
import { openConnection, parseAddress } from '../../mcp/connection';
import { forwardedPod, type OpenEndpoint, openEndpoint, readyPod, type ServerPlace } from '../../mcp/endpoint';
import type { Finding } from '../../report/report';
import { hostFindings } from './host';
import { healthFindings, healthSkipped, unauthenticatedFinding, unknownHostFinding } from './http';
import { checkMemory } from './memory';
import { checkRequests } from './requests';

/** What is asked of a server. */
export interface ServerChecks {
  readonly portForward?: boolean | undefined;
  readonly address?: string | undefined;
  readonly ca?: string | undefined;
  readonly samples: number;
  readonly long?: number | undefined;
  readonly restart?: boolean | undefined;
}

/** What a server was found to be. */
export interface ServerResult {
  /** Of its host name and certificate; none where another server of the same host was looked at before. */
  readonly host: readonly Finding[];
  readonly findings: readonly Finding[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** How the checks of a server are shown, and what they share with those of others. */
export interface CheckContext {
  readonly signal?: AbortSignal | undefined;
  readonly showing?: Showing | undefined;
  /** What its steps are shown as. @default the step alone */
  readonly title?: (step: string) => string;
  /** What is known of hosts, by their origin. */
  readonly hosts: Map<string, readonly Finding[]>;
}

/**
 * Checks a server as a client sees it: its host name and certificate, its answers, and whether it does what it is for.
 * @throws Failure when there is no way to the server; Interrupted, with nothing left on the server
 */
export async function checkServer(
  place: ServerPlace,
  checks: ServerChecks,
  context: CheckContext,
): Promise<ServerResult> {
  const { hosts, showing, signal, title = (step) => step } = context;
  const { server } = place;
  const address = checks.address === undefined ? undefined : parseAddress(checks.address);
  const way = { portForward: checks.portForward, ca: checks.ca, address };
  const open = () => openEndpoint(place, way);
  const endpoint = await open();
  const { origin } = new URL(endpoint.url);
  const step = startProgress(showing);
  const isNewHost = endpoint.way === 'host name' && !hosts.has(origin);
  try {
    if (isNewHost) {
      const hostTitle = title('Host name');
      hosts.set(origin, await step(hostTitle, () => hostFindings(endpoint.url, { ...way, signal })));
    }
    const host = isNewHost ? (hosts.get(origin) ?? []) : [];
    const facts = { url: endpoint.url, way: endpoint.way };
    throwIfInterrupted(signal);
    const isUnreachable = (hosts.get(origin) ?? []).some(({ status }) => status === 'failed');
    if (isUnreachable) return { host, findings: [notReached], facts };
    const answers = await step(title('Server'), () => serverFindings(place, endpoint, signal));
    throwIfInterrupted(signal);
    const restart = checks.restart === true ? () => restarted(place, signal) : undefined;
    const { samples, long: idleSeconds } = checks;
    const memory = await step(title('Memory'), (say) =>
      server.requests
        ? checkRequests({
            ...{ probe: server.requests, access: server.access, open, samples, restart, signal, say },
            inside: (command) => outputInside(place, command, signal),
          })
        : checkMemory({ server, open, samples, idleSeconds, restart, signal, say }),
    );
    throwIfInterrupted(signal);
    return { host, findings: [...answers, ...memory.findings], facts: { ...facts, latenciesMs: memory.latencies } };
  } finally {
    await endpoint.close();
  }
}

/** What a command writes in a container of the server. @throws Failure when there is no way to one */
async function outputInside(place: ServerPlace, command: readonly string[], signal?: AbortSignal): Promise<string> {
  const { server, system } = place;
  const { kubeConfig } = await place.cluster();
  const at = { namespace: system.namespace, pod: await readyPod(place), container: server.container };
  return outputOf(kubeConfig, at, command, { seconds: 60, signal });
}

const notReached: Finding = {
  subject: 'server',
  status: 'skipped',
  found: 'not reached: its host name or certificate has failed',
  remedy: 'mend what has failed, or go past it by --port-forward',
};

async function serverFindings(
  place: ServerPlace,
  endpoint: OpenEndpoint,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const { server } = place;
  const { access, takesAnyHost = false } = server;
  const { origin: root, pathname: path } = new URL(endpoint.url);
  const target = { root, connection: endpoint.connection, signal };
  const byHostName = endpoint.way === 'host name';
  const asksToken = access.mode === 'bearer' || access.mode === 'clients' || (access.mode === 'gateway' && byHostName);
  const asked = server.transport === 'rest' ? server.paths.mcp : path;
  return [
    ...(await health(place, endpoint, signal)),
    takesAnyHost && !byHostName ? unknownHostSkipped : await unknownHostFinding(target, asked),
    asksToken ? await unauthenticatedFinding(target, asked) : accessSkipped(access.mode),
  ];
}

const unknownHostSkipped: Finding = {
  subject: 'unknown host name',
  status: 'skipped',
  found: 'the server takes any, and this way goes past the route that does not',
  remedy: 'look by the host name of a route to check it too',
};

function accessSkipped(mode: Access['mode']): Finding {
  const subject = 'without token';
  return mode === 'none'
    ? {
        subject,
        status: 'skipped',
        found: 'authentication is off',
        remedy: 'set authentication to ask clients for a token',
      }
    : {
        subject,
        status: 'skipped',
        found: 'the Gateway asks, and this way goes past it',
        remedy: 'leave --port-forward out',
      };
}

/** Health by the host name where the route forwards it, with the token that it asks for; else by the pod's own port. */
async function health(place: ServerPlace, endpoint: OpenEndpoint, signal?: AbortSignal): Promise<readonly Finding[]> {
  const { server } = place;
  const { healthApart = false, live, routed } = server.paths;
  if (endpoint.way === 'host name' && !healthApart && live.startsWith(routed)) {
    const { connection, url } = endpoint;
    return healthFindings({ root: new URL(url).origin, connection, signal }, server);
  }
  try {
    const { forwarded } = await forwardedPod(place, server.ports.health);
    const connection = openConnection();
    const root = `http://127.0.0.1:${forwarded.port}`;
    try {
      return await healthFindings({ root, connection, signal }, server);
    } finally {
      await connection.close();
      await forwarded.close();
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const what = healthApart ? 'the route does not lead to it' : `the route forwards ${routed} only`;
    return healthSkipped(server, `${what}, and ${error.message}`, error.remedy);
  }
}

async function restarted({ system, server, cluster }: ServerPlace, signal?: AbortSignal): Promise<string> {
  const { podLabels: labels, startupSeconds } = server;
  const { api } = await cluster();
  const started = Date.now();
  const pods = await replacePods(api, { namespace: system.namespace, labels, seconds: startupSeconds + 120, signal });
  return `${pods.join(', ')} is ready after ${Math.round((Date.now() - started) / 1000)} s`;
}
