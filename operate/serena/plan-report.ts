import { placeInWords } from '../memories/rules';
import type { Finding } from '../report/report';
import type { PlannedMemory } from './plan';

/** A plan as findings, one for each file. */
export function planFindings(plan: readonly PlannedMemory[]): Finding[] {
  return plan.map(planFinding);
}

function planFinding({ file, place, notes, dangling, problem, leftOut }: PlannedMemory): Finding {
  const subject = placeInWords(file);
  if (problem !== undefined) {
    const renaming = `--rename "${subject}=NEW", or --skip "${subject}"`;
    return { subject, status: 'failed', found: `${file.path}: ${problem}`, remedy: renaming };
  }
  if (leftOut !== undefined)
    return { subject, status: 'skipped', found: `${file.path}: ${leftOut}`, remedy: 'none is needed' };
  const found = [`→ ${placeInWords(place)}`, ...notes].join(', ');
  if (dangling.length === 0) return { subject, status: 'ok', found };
  const lost = `mem:${dangling.join(', mem:')}`;
  return {
    subject,
    status: 'warning',
    found: `${found}, ${lost} leads nowhere`,
    remedy: 'correct it in Serena if it matters',
  };
}

/** A plan as JSON: a line of the table for each file, in parts. */
export function planFacts(plan: readonly PlannedMemory[]): object[] {
  return plan.map(({ file, place, notes, dangling, problem, leftOut }) => ({
    path: file.path,
    from: { scope: file.scope, name: file.name },
    to: { scope: place.scope, name: place.name },
    notes,
    dangling,
    ...(problem === undefined ? {} : { problem }),
    ...(leftOut === undefined ? {} : { leftOut }),
  }));
}
