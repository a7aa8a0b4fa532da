import type { ServerFacts } from '../../../components/system/operations';
import { Failure, throwIfInterrupted } from '../../base/failure';
import { type Showing, showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { type ClusterOptions, stackCluster } from '../../cluster/stack-cluster';
import type { SystemPlace } from '../../mcp/endpoint';
import { printReport } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { describedStack, serverOf, systemOf } from '../../stack';
import { checkServer, type ServerChecks, type ServerResult } from './server';

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
  const system = systemOf(described, options.system, ({ servers }) => servers.length > 0);
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
  const hosts = new Map<string, readonly Finding[]>();
  const isOnly = servers.length === 1;
  const results: { readonly server: ServerFacts; readonly result: ServerResult }[] = [];
  const failures: Failure[] = [];
  for (const server of servers) {
    throwIfInterrupted(signal);
    const title = isOnly ? {} : { title: (step: string) => `${server.name}: ${step}` };
    try {
      const result = await checkServer({ ...place, server }, checks, { signal, showing, hosts, ...title });
      results.push({ server, result });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
      results.push({ server, result: { host: [], findings: [wayFinding(error)], facts: {} } });
    }
  }
  const [failure] = failures;
  if (failure !== undefined && failures.length === servers.length) throw failure;
  return { command: 'verify', stack: place.stack, ...(isOnly ? one(results[0]?.result) : several(results)) };
}

/** One server out of several that cannot be reached is a finding among others. */
function wayFinding({ message, remedy }: Failure): Finding {
  return { subject: 'way', status: 'failed', found: message, remedy };
}

function one(only: ServerResult | undefined): Pick<Report, 'findings' | 'facts'> {
  const { host, facts, findings } = only ?? { host: [], facts: {}, findings: [] };
  return { findings: [...host, ...findings], facts };
}

/** Findings by the names of the servers; those of a host, which servers may share, by its name. */
function several(
  results: readonly { readonly server: ServerFacts; readonly result: ServerResult }[],
): Required<Pick<Report, 'findings' | 'facts'>> {
  const named = (name: string, findings: readonly Finding[]) =>
    findings.map(({ subject, ...rest }) => ({
      ...rest,
      subject: subject.endsWith(` ${name}`) ? subject : `${name}: ${subject}`,
    }));
  return {
    findings: results.flatMap(({ server, result: { host, facts, findings } }) => [
      ...(host.length === 0 ? [] : named(new URL(String(facts.url)).hostname, host)),
      ...named(server.name, findings),
    ]),
    facts: { servers: Object.fromEntries(results.map(({ server, result }) => [server.name, result.facts])) },
  };
}
