import type { ServerFacts } from '../../../components/system/operations';
import { Failure, throwIfInterrupted } from '../../base/failure';
import { type Showing, showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import type { SystemPlace } from '../../mcp/endpoint';
import { printReport } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { describedStack, serverOf, systemOf } from '../../stack';
import { type Look, lookAtServer, type ServerChecks } from './server';

/** What the command line of `verify` says. */
export interface VerifyOptions extends ClusterOptions, Checks {
  readonly stack: string;
  readonly system?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What is asked of a system. */
export interface Checks extends ServerChecks {
  /** Name of the only server to look at. @default all */
  readonly server?: string | undefined;
}

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
 * Looks at every server of a system as a client does.
 * @throws Failure when there is no way to any of them; Interrupted, with nothing left on a server
 */
export async function verifySystem(
  place: SystemPlace,
  checks: Checks,
  signal?: AbortSignal,
  showing?: Showing,
): Promise<Report> {
  const { servers: all } = place.system.operations;
  const servers = checks.server === undefined ? all : [serverOf(place.system, checks.server)];
  const doors = new Map<string, readonly Finding[]>();
  const isOnly = servers.length === 1;
  const looks: { readonly server: ServerFacts; readonly look: Look }[] = [];
  const failures: Failure[] = [];
  for (const server of servers) {
    throwIfInterrupted(signal);
    const title = isOnly ? {} : { title: (step: string) => `${server.name}: ${step}` };
    try {
      const look = await lookAtServer({ ...place, server }, checks, { signal, showing, doors, ...title });
      looks.push({ server, look });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
      looks.push({ server, look: { door: [], findings: [wayFinding(error)], facts: {} } });
    }
  }
  const [failure] = failures;
  if (failure !== undefined && failures.length === servers.length) throw failure;
  return { command: 'verify', stack: place.stack, ...(isOnly ? one(looks[0]?.look) : several(looks)) };
}

/** One server out of several that cannot be reached is a finding among others. */
function wayFinding({ message, remedy }: Failure): Finding {
  return { subject: 'way', status: 'failed', found: message, remedy };
}

function one(look: Look | undefined): Pick<Report, 'findings' | 'facts'> {
  const { door, facts, findings } = look ?? { door: [], facts: {}, findings: [] };
  return { findings: [...door, ...findings], facts };
}

/** Findings by the names of the servers; those of a front door, which servers may share, by its host. */
function several(
  looks: readonly { readonly server: ServerFacts; readonly look: Look }[],
): Required<Pick<Report, 'findings' | 'facts'>> {
  const named = (name: string, findings: readonly Finding[]) =>
    findings.map(({ subject, ...rest }) => ({
      ...rest,
      subject: subject.endsWith(` ${name}`) ? subject : `${name}: ${subject}`,
    }));
  return {
    findings: looks.flatMap(({ server, look: { door, facts, findings } }) => [
      ...(door.length === 0 ? [] : named(new URL(String(facts.url)).hostname, door)),
      ...named(server.name, findings),
    ]),
    facts: { servers: Object.fromEntries(looks.map(({ server, look }) => [server.name, look.facts])) },
  };
}
