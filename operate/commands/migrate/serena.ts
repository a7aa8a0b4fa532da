import { Verdict } from '../../base/failure';
import type { CommandRun } from '../../base/run';
import { namesServer } from '../../mcp/open-server';
import { placeInWords } from '../../memories/rules';
import type { Pace } from '../../memories/server';
import { printReport, reportAsText } from '../../report/print';
import type { Finding, Report } from '../../report/report';
import { migratable } from '../../serena/plan';
import { planFor } from '../../serena/plan-for';
import { planFacts, planFindings } from '../../serena/plan-report';
import type { SerenaOptions } from '../serena-options';
import type { ServerChoice } from '../server-options';
import type { Leave } from './bring';
import { type Migrated, migrate } from './migrate';
import { isProven, type Proof } from './proof';

/** What the operator can say to `migrate serena`. */
export interface MigrateOptions extends SerenaOptions, ServerChoice, Leave {
  /** Do it; otherwise only the plan is shown. */
  readonly apply?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Shows what would become of Serena's memories, and with `apply` brings them to the server and proves that they are
 * there. Nothing in Serena's folders is ever changed.
 *
 * @param pace how long a busy server is waited for
 * @returns the exit code
 * @throws Verdict when a memory cannot be migrated as planned; then nothing has been done
 */
export async function migrateSerena(run: CommandRun, options: MigrateOptions, pace?: Pace): Promise<number> {
  const { apply = false, json = false, stack } = options;
  const named = namesServer(options);
  const plan = planFor(options);
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

const proofs: readonly (keyof Proof)[] = ['listed', 'equal', 'recalled'];

function finding({ memory: { place }, done, proof }: Migrated): Finding {
  const subject = placeInWords(place);
  if (done.outcome === 'refused') {
    const remedy = 'decide by hand, then run the command again';
    return { subject, status: 'failed', found: `refused: ${done.reason}`, remedy };
  }
  const found = [done.outcome, ...proofs.map((each) => (proof[each] ? each : `NOT ${each}`))].join(', ');
  if (isProven(proof)) return { subject, status: 'ok', found };
  return { subject, status: 'failed', found, remedy: 'see what the server logs, then run the command again' };
}
