import { replacePods } from '../cluster/pods';
import { type ClusterOptions, stackCluster } from '../cluster/stack-cluster';
import type { CommandRun } from '../commands/run';
import { Failure, throwIfInterrupted } from '../failure';
import { openConnection, parseAddress } from '../mcp/connection';
import { forwardedPod, type OpenEndpoint, openEndpoint, type ServerPlace, type SystemPlace } from '../mcp/endpoint';
import { runSteps, type Showing, type Step, showingFor } from '../progress';
import { printReport } from '../report/print';
import type { Finding, Report } from '../report/report';
import { describedStack, serverOf, systemOf } from '../stack';
import { frontDoorFindings } from './front-door';
import { checkMemory } from './memory';
import { healthFindings, healthSkipped, strangeHostFinding, strangerFinding } from './paths';

/** What the command line of `verify` says. */
export interface VerifyOptions extends ClusterOptions {
  readonly stack: string;
  readonly system?: string | undefined;
  readonly portForward?: boolean | undefined;
  readonly address?: string | undefined;
  readonly ca?: string | undefined;
  readonly samples: number;
  readonly long?: number | undefined;
  readonly restart?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** What is asked of a server. */
export type Checks = Pick<VerifyOptions, 'portForward' | 'address' | 'ca' | 'samples' | 'long' | 'restart'>;

/** The command `verify`. @returns the exit code */
export async function verify(run: CommandRun, options: VerifyOptions): Promise<number> {
  const described = describedStack(run.projectDir, options.stack);
  const system = systemOf(described, options.system);
  let found: ReturnType<typeof stackCluster> | undefined;
  const cluster = () => {
    found ??= stackCluster(run.home, described, options);
    return found;
  };
  const place: SystemPlace = { stack: options.stack, system, cluster };
  const report = await verifySystem(place, options, run.signal, showingFor(options));
  return printReport(report, options);
}

/**
 * Looks at a system as a client does: its front door, the server behind it, and whether it keeps what it is told.
 * @throws Failure when there is no way to the server; Interrupted, with nothing left on the server
 */
export async function verifySystem(
  systemPlace: SystemPlace,
  checks: Checks,
  signal?: AbortSignal,
  showing?: Showing,
): Promise<Report> {
  const server = serverOf(systemPlace.system);
  const place = { ...systemPlace, server };
  const address = checks.address === undefined ? undefined : parseAddress(checks.address);
  const way = { portForward: checks.portForward, ca: checks.ca, address };
  const open = () => openEndpoint(place, way);
  const endpoint = await open();
  const findings: Finding[] = [];
  const facts: Record<string, unknown> = { url: endpoint.url, way: endpoint.way };
  const atDoor: Step = {
    title: 'Front door',
    work: async () => {
      findings.push(...(await frontDoorFindings(endpoint.url, { ...way, signal })));
      return 'Front door';
    },
  };
  const atServer: Step = {
    title: 'Server',
    work: async () => {
      if (isShut(findings)) return 'Server: not reached';
      findings.push(...(await serverFindings(place, endpoint, signal)));
      return 'Server';
    },
  };
  const inMemory: Step = {
    title: 'Memory',
    work: async (say) => {
      throwIfInterrupted(signal);
      if (isShut(findings)) {
        findings.push(notReached);
        return 'Memory: not reached';
      }
      const restart = checks.restart === true ? () => restarted(place, signal) : undefined;
      const { samples, long: idleSeconds } = checks;
      const check = { server, open, samples, idleSeconds, restart, signal, say };
      const memory = await checkMemory(check);
      findings.push(...memory.findings);
      facts.latenciesMs = memory.latencies;
      return 'Memory';
    },
  };
  try {
    await runSteps(endpoint.way === 'front door' ? [atDoor, atServer, inMemory] : [atServer, inMemory], showing);
  } finally {
    await endpoint.close();
  }
  throwIfInterrupted(signal);
  return { command: 'verify', stack: place.stack, findings, facts };
}

const notReached: Finding = {
  subject: 'server',
  status: 'skipped',
  found: 'not reached: the front door is shut',
  remedy: 'mend what has failed, or look behind it by --port-forward',
};

function isShut(findings: readonly Finding[]): boolean {
  return findings.some(({ subject, status }) => status === 'failed' && /^(DNS|TLS)/.test(subject));
}

async function serverFindings(
  place: ServerPlace,
  endpoint: OpenEndpoint,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const { server } = place;
  const asking = { root: new URL(endpoint.url).origin, connection: endpoint.connection, signal };
  const asked = server.access.mode === 'bearer' || (server.access.mode === 'gateway' && endpoint.way === 'front door');
  return [
    ...(await health(place, endpoint, signal)),
    await strangeHostFinding(asking, server.paths.mcp),
    ...(asked ? [await strangerFinding(asking, server.paths.mcp)] : [accessSkipped(server.access.mode)]),
  ];
}

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
  if (endpoint.way === 'front door' && server.paths.live.startsWith(server.paths.routed)) {
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
    const found = `the route forwards ${server.paths.routed} only, and ${error.message}`;
    return healthSkipped(server, found, error.remedy);
  }
}

async function restarted({ system, server, cluster }: ServerPlace, signal?: AbortSignal): Promise<string> {
  const { podLabels: labels, startupSeconds } = server;
  const { api } = await cluster();
  const started = Date.now();
  const pods = await replacePods(api, { namespace: system.namespace, labels, seconds: startupSeconds + 120, signal });
  return `${pods.join(', ')} is ready after ${Math.round((Date.now() - started) / 1000)} s`;
}
