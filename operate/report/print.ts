import { countsInWords, isGood, type Report } from './report';
import { table } from './table';

/** How a report is wanted. */
export interface Form {
  /** As one JSON document on the standard output, for programs. */
  readonly json?: boolean | undefined;
}

/**
 * Prints a report, as a table or as JSON.
 * @returns the exit code: 0 when all is well, 1 when something is missing or has failed
 */
export function printReport(report: Report, { json = false }: Form = {}): number {
  const good = isGood(report);
  if (json) console.log(JSON.stringify({ ...report, ok: good }, null, 2));
  else if (report.findings.length === 0) console.log('there is nothing here that this is about');
  else console.log(`${reportAsText(report)}\n\n${countsInWords(report)}`);
  return good ? 0 : 1;
}

/** A report as a table, a line for each finding, and the commands below it. */
export function reportAsText({ findings }: Report): string {
  const lines = table(
    ['status', 'what', 'found', 'remedy'],
    findings.map(({ status, subject, found, remedy = '' }) => [status, subject, found, remedy]),
  );
  const commands = findings.flatMap(({ command, subject }) => (command ? [`${subject}:\n  ${command}`] : []));
  return [lines, ...commands].join('\n\n');
}
