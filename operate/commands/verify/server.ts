import { Failure, throwIfInterrupted } from '../../base/failure';
import { type Showing, startProgress } from '../../base/progress';
import { replacePods } from '../../cluster/pods';
import { openConnection, parseAddress } from '../../mcp/connection';
import { forwardedPod, type OpenEndpoint, openEndpoint, type ServerPlace } from '../../mcp/endpoint';
import type { Finding } from '../../report/report';
import { frontDoorFindings } from './front-door';
import { checkMemory } from './memory';
import { healthFindings, healthSkipped, strangeHostFinding, strangerFinding } from './paths';

/** What is asked of a server. */
export interface ServerChecks {
  readonly portForward?: boolean | undefined;
  readonly address?: string | undefined;
  readonly ca?: string | undefined;
  readonly samples: number;
  readonly long?: number | undefined;
  readonly restart?: boolean | undefined;
}

/** What a look at a server showed. */
export interface Look {
  /** Of its host name and certificate; none where another server of the same host was looked at before. */
  readonly door: readonly Finding[];
  readonly findings: readonly Finding[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** How a look is shown and what it shares with others. */
export interface Looking {
  readonly signal?: AbortSignal | undefined;
  readonly showing?: Showing | undefined;
  /** What its steps are shown as. @default the step alone */
  readonly title?: (step: string) => string;
  /** What is known of front doors by their origin. */
  readonly doors: Map<string, readonly Finding[]>;
}

/**
 * Looks at a server as a client does: its front door, the server behind it, and whether it does what it is for.
 * @throws Failure when there is no way to the server; Interrupted, with nothing left on the server
 */
export async function lookAtServer(place: ServerPlace, checks: ServerChecks, looking: Looking): Promise<Look> {
  const { doors, showing, signal, title = (step) => step } = looking;
  const { server } = place;
  const address = checks.address === undefined ? undefined : parseAddress(checks.address);
  const way = { portForward: checks.portForward, ca: checks.ca, address };
  const open = () => openEndpoint(place, way);
  const endpoint = await open();
  const { origin } = new URL(endpoint.url);
  const step = startProgress(showing);
  const asksDoor = endpoint.way === 'front door' && !doors.has(origin);
  try {
    if (asksDoor) {
      const front = title('Front door');
      doors.set(origin, await step(front, () => frontDoorFindings(endpoint.url, { ...way, signal })));
    }
    const door = asksDoor ? (doors.get(origin) ?? []) : [];
    const facts = { url: endpoint.url, way: endpoint.way };
    throwIfInterrupted(signal);
    const isShut = (doors.get(origin) ?? []).some(({ status }) => status === 'failed');
    if (isShut) return { door, findings: [notReached], facts };
    const answers = await step(title('Server'), () => serverFindings(place, endpoint, signal));
    throwIfInterrupted(signal);
    const restart = checks.restart === true ? () => restarted(place, signal) : undefined;
    const { samples, long: idleSeconds } = checks;
    const memory = await step(title('Memory'), (say) =>
      checkMemory({ server, open, samples, idleSeconds, restart, signal, say }),
    );
    throwIfInterrupted(signal);
    return { door, findings: [...answers, ...memory.findings], facts: { ...facts, latenciesMs: memory.latencies } };
  } finally {
    await endpoint.close();
  }
}

const notReached: Finding = {
  subject: 'server',
  status: 'skipped',
  found: 'not reached: the front door is shut',
  remedy: 'mend what has failed, or look behind it by --port-forward',
};

async function serverFindings(
  place: ServerPlace,
  endpoint: OpenEndpoint,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const { access, takesAnyHost = false } = place.server;
  const { origin: root, pathname: path } = new URL(endpoint.url);
  const asking = { root, connection: endpoint.connection, signal };
  const atDoor = endpoint.way === 'front door';
  const asked = access.mode === 'bearer' || (access.mode === 'gateway' && atDoor);
  return [
    ...(await health(place, endpoint, signal)),
    takesAnyHost && !atDoor ? hostSkipped : await strangeHostFinding(asking, path),
    asked ? await strangerFinding(asking, path) : accessSkipped(access.mode),
  ];
}

const hostSkipped: Finding = {
  subject: 'strange Host',
  status: 'skipped',
  found: 'the server takes any, and this way goes past the route that does not',
  remedy: 'look by the host name of a route to check it too',
};

function accessSkipped(mode: 'none' | 'bearer' | 'gateway'): Finding {
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

/** Health by the front door where the route forwards it, with the token that it asks for; else by the pod's own port. */
async function health(place: ServerPlace, endpoint: OpenEndpoint, signal?: AbortSignal): Promise<readonly Finding[]> {
  const { server } = place;
  const { healthApart = false, live, routed } = server.paths;
  if (endpoint.way === 'front door' && !healthApart && live.startsWith(routed)) {
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
