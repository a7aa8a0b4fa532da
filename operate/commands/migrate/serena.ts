import { Verdict } from '../../base/failure';
import type { CommandRun } from '../../base/run';
import type { ServerChoice } from '../../mcp/open-server';
import { namesServer } from '../../mcp/open-server';
import { placeInWords } from '../../memories/rules';
import type { RetryPolicy } from '../../memories/server';
import { printReport, reportAsText } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { migratable } from '../../serena/plan';
import { planFacts, planFindings } from '../../serena/plan-report';
import type { SerenaOptions } from '../../serena/read-plan';
import { readPlan } from '../../serena/read-plan';
import type { CopyOptions } from './copy-memory';
import { type Migrated, migrate } from './migrate';
import { isVerified, type Verification } from './verify-memories';

/** What the operator can say to `migrate serena`. */
export interface MigrateOptions extends SerenaOptions, ServerChoice, CopyOptions {
  /** Do it; otherwise only the plan is shown. */
  readonly apply?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Shows what would become of Serena's memories, and with `apply` copies them to the server and checks that they are
 * there. Nothing in Serena's folders is ever changed.
 *
 * @param pace how long a busy server is waited for
 * @returns the exit code
 * @throws Verdict when a memory cannot be migrated as planned; then nothing has been done
 */
export async function migrateSerena(run: CommandRun, options: MigrateOptions, pace?: RetryPolicy): Promise<number> {
  const { apply = false, json = false, stack } = options;
  const named = namesServer(options);
  const plan = readPlan(options);
  const problems = plan.filter(({ problem }) => problem !== undefined).length;
  const planned: Report = {
    command: 'migrate serena',
    stack,
    findings: planFindings(plan),
    facts: { plan: planFacts(plan) },
  };
  if (!json) console.log(plan.length === 0 ? 'there are no memories of Serena' : `${reportAsText(planned)}\n`);
  else if (!apply || problems > 0) printReport(planned, { json });
  if (problems > 0) {
    const what = problems === 1 ? 'one memory' : `${problems} memories`;
    throw new Verdict(
      `${what} cannot be migrated as planned, so nothing is done`,
      'decide about each by --rename, --skip or --mapping',
    );
  }
  if (!apply) {
    if (!json)
      console.log(`this is the plan, and nothing was done; ${named ? '' : 'name a server and '}add --apply to do it`);
    return 0;
  }
  const { memories, facts } = await migrate(run, options, migratable(plan), pace);
  return printReport({ ...planned, findings: memories.map(finding), facts: { ...planned.facts, ...facts } }, { json });
}

const checks: readonly (keyof Verification)[] = ['listed', 'equal', 'recalled'];

function finding({ memory: { place }, done, verification }: Migrated): Finding {
  const subject = placeInWords(place);
  if (done.outcome === 'refused') {
    const remedy = 'decide by hand, then run the command again';
    return { subject, status: 'failed', found: `refused: ${done.reason}`, remedy };
  }
  const found = [done.outcome, ...checks.map((each) => (verification[each] ? each : `NOT ${each}`))].join(', ');
  if (isVerified(verification)) return { subject, status: 'ok', found };
  return { subject, status: 'failed', found, remedy: 'see what the server logs, then run the command again' };
}
