import { Failure, throwIfInterrupted, Verdict } from '../../base/failure';
import { type RunStep, showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { ServerChoice } from '../../mcp/open-server';
import { openServer } from '../../mcp/open-server';
import { impatient, MemoryServer, memoryTools, type RetryPolicy } from '../../memories/server';
import { type Latency, latencyInWords } from '../../report/latency';
import { printReport } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { type Migratable, migratable } from '../../serena/plan';
import type { SerenaOptions } from '../../serena/read-plan';
import { readPlan } from '../../serena/read-plan';
import { compare, type MemoryComparison } from './compare';
import { measure, type SideBySide } from './latency';

/** What the operator can say to `parity`. */
export interface ParityOptions extends SerenaOptions, ServerChoice {
  readonly json?: boolean | undefined;
}

/**
 * Compares Serena's folders with a server, and measures both.
 *
 * @param pace how long a busy server is waited for
 * @returns the exit code: 1 where they differ
 * @throws Failure when the server does not answer, with the time that it took to find out
 */
export async function parity(run: CommandRun, options: ParityOptions, pace: RetryPolicy = impatient): Promise<number> {
  const plan = readPlan(options);
  const problems = plan.filter(({ problem }) => problem !== undefined).length;
  if (problems > 0) {
    throw new Verdict(
      `${problems} memories of Serena have no place on the server, so there is nothing to compare them with`,
      'see `fleet migrate serena` with the same options, and decide about each',
    );
  }
  const here = migratable(plan);
  const endpoint = await openServer(run, options, memoryTools);
  const step = startProgress(showingFor(options));
  const asked = performance.now();
  try {
    const open = () => MemoryServer.open(endpoint, { signal: run.signal, pace });
    const server = await step('Open a session', open, () => 'Session open');
    const seen = await sideBySide(step, server, here, run.signal).finally(() => server.close());
    return show({ stack: options.stack, server: endpoint.words, ...seen }, options.json === true);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const waited = ((performance.now() - asked) / 1000).toFixed(1);
    throw new Failure(`${error.message}\nFound out after ${waited} s.`, error.remedy, { cause: error });
  } finally {
    await endpoint.close();
  }
}

async function sideBySide(
  step: RunStep,
  server: MemoryServer,
  here: readonly Migratable[],
  signal: AbortSignal,
): Promise<Pick<Seen, 'comparison' | 'latency'>> {
  const comparison = await step(
    `Compare ${here.length} memories`,
    (say) => {
      let current = '';
      // Asked for when it is shown: a line for each memory would fill a log.
      say(() => current);
      return compare(server, here, (index) => {
        throwIfInterrupted(signal);
        current = `${index + 1} of ${here.length}`;
      });
    },
    () => `Compared ${here.length} memories`,
  );
  const latency = await step(
    'Measure',
    () => measure(server, here),
    () => 'Measured',
  );
  return { comparison, latency };
}

interface Seen {
  readonly stack: string | undefined;
  readonly server: string;
  readonly comparison: MemoryComparison;
  readonly latency: SideBySide;
}

function show({ stack, server, comparison, latency }: Seen, json: boolean): number {
  const facts = { server, ...comparison, latencyMilliseconds: latency };
  const report: Report = { command: 'parity', stack, findings: [...findings(comparison), ...timings(latency)], facts };
  const code = printReport(report, { json });
  if (!json) for (const { diff } of comparison.differing) console.log(`\n${diff.trimEnd()}`);
  return code;
}

function findings({ equal, onlyHere, onlyThere, differing }: MemoryComparison): Finding[] {
  const migrate = 'fleet migrate serena --apply with the same options';
  return [
    { subject: `${equal.length} memories`, status: 'ok', found: 'equal' },
    ...onlyHere.map((subject): Finding => ({ subject, status: 'missing', found: 'only in Serena', remedy: migrate })),
    ...onlyThere.map(
      (subject): Finding => ({
        subject,
        status: 'failed',
        found: 'only on the server',
        remedy: 'expected where agents write to the server alone; else write it in Serena or forget it',
      }),
    ),
    ...differing.map(
      ({ place }): Finding => ({ subject: place, status: 'failed', found: 'differs, see below', remedy: migrate }),
    ),
  ];
}

function timings({ localRead, read, recall }: SideBySide): Finding[] {
  const line = (subject: string, latency: Latency): Finding => ({
    subject,
    status: 'ok',
    found: latencyInWords(latency),
  });
  return [line('read a file', localRead), line('read of the server', read), line('recall of the server', recall)];
}
