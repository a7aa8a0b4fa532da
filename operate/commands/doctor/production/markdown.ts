import { moment } from '../../../base/progress';
import type { Finding, Status } from '../../../report/report';
import { code, prose, table } from '../../generate/markdown';
import type { Checked } from '.';

/** What the report says about itself. */
export interface Occasion {
  readonly stack: string;
  readonly systems: readonly string[];
  readonly cluster: { readonly server: string; readonly uid: string | undefined; readonly version: string };
  readonly date: Date;
}

const results: Readonly<Record<Status, string>> = {
  ok: 'ok',
  warning: '**not ok**',
  missing: '**not ok**',
  failed: '**not ok**',
  yours: 'yours',
  skipped: 'does not apply',
};

/** The report as a page to keep. */
export function reportPage({ cluster, date, stack, systems }: Occasion, checked: readonly Checked[]): string {
  const findings = checked.flatMap((each) => each.findings);
  const facts = [
    ['date', moment(date)],
    ['stack', `${code(stack)}: ${systems.join(', ')}`],
    [
      'cluster',
      `${cluster.server}, Kubernetes ${cluster.version}, ${cluster.uid ? `uid ${code(cluster.uid)}` : 'its uid may not be read'}`,
    ],
    ['result', resultInWords(findings)],
  ];
  return `${[
    `# Production checklist of stack ${stack}`,
    table(['', ''], facts),
    `Made by ${code(`fleet doctor --stack ${stack} --production`)}. What is yours no cluster can tell: look at it, and write down who did and when.`,
    ...checked.flatMap(({ findings: of, topic }) => [`## ${topic[0]?.toUpperCase()}${topic.slice(1)}`, topicTable(of)]),
  ].join('\n\n')}\n`;
}

function topicTable(findings: readonly Finding[]): string {
  return table(
    ['point', 'result', 'evidence', 'remedy, or how to check it', 'seen by, on'],
    findings.map(({ found, remedy = '', status, subject }) => [
      cell(subject),
      results[status],
      cell(found),
      status === 'skipped' ? '' : cell(remedy),
      status === 'yours' ? '☐' : '',
    ]),
  );
}

/** How many points came out how. */
export function resultInWords(findings: readonly Finding[]): string {
  const of = (...statuses: Status[]) => findings.filter(({ status }) => statuses.includes(status)).length;
  return `${of('ok')} ok, ${of('missing', 'failed', 'warning')} not ok, ${of('yours')} yours, ${of('skipped')} do not apply`;
}

function cell(text: string): string {
  return prose(text.replaceAll(/\s+/g, ' '));
}
