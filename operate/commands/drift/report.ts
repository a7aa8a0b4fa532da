import type { Finding, Report, Status } from '../../report/report';
import { table } from '../../report/table';
import { type Drift, type DriftFound, isDrift } from './finding';

/** Longest value in the table, in characters; JSON has all of it. */
const longest = 60;

/**
 * What was found, as a report.
 * @param all also what others own by right
 */
export function driftReport(stack: string, { drifts, compared, seconds }: DriftFound, all: boolean): Report {
  const shown = all ? drifts : drifts.filter((each) => isDrift(each) || statusOf(each) === 'warning');
  const touched = new Set(drifts.filter(isDrift).map(({ object }) => object));
  const findings = shown.map((drift) => finding(stack, drift));
  return {
    command: 'drift',
    stack,
    findings,
    facts: { compared, drifted: touched.size, seconds, differences: shown },
  };
}

/** The differences as a table below each object. */
export function differencesAsText(drifts: readonly Drift[]): string {
  const objects = [...new Set(drifts.map(({ object }) => object))];
  return objects.map((object) => `${object}\n${tableOf(drifts.filter((each) => each.object === object))}`).join('\n\n');
}

function tableOf(drifts: readonly Drift[]): string {
  const rows = drifts.map((drift) => [
    drift.ownedBy === undefined ? drift.kind : statusOf(drift),
    drift.field ?? '',
    text(drift.described),
    text(drift.live),
    writersInWords(drift),
    drift.by?.time ?? '',
    drift.note ?? '',
  ]);
  return table(['what', 'field', 'described', 'live', 'by', 'when', 'note'], rows);
}

function writersInWords(drift: Drift): string {
  const { by, ownedBy } = drift;
  const writer = ownedBy !== undefined && ownedBy === by?.manager ? '' : byInWords(drift);
  return [writer, ownerInWords(drift)].filter(Boolean).join('; ');
}

function finding(stack: string, drift: Drift): Finding {
  const status = statusOf(drift);
  const subject = drift.field === undefined ? drift.object : `${drift.object} ${drift.field}`;
  return { subject, status, found: foundInWords(drift), ...(status === 'ok' ? {} : { remedy: remedy(stack, drift) }) };
}

function statusOf({ kind, ownedBy, note }: Drift): Status {
  if (ownedBy !== undefined) return note === undefined ? 'ok' : 'warning';
  return kind === 'missing' ? 'missing' : 'failed';
}

function foundInWords(drift: Drift): string {
  const values =
    drift.field === undefined
      ? ''
      : `${text(drift.live) || 'nothing'}, described ${text(drift.described) || 'nothing'}`;
  const written = byInWords(drift);
  const by = written && `by ${written}${drift.by?.time ? ` at ${drift.by.time}` : ''}`;
  return [drift.kind, values, by, ownerInWords(drift), drift.note ?? ''].filter(Boolean).join('; ');
}

/** Whoever removes something or scales leaves no record; the last writer, where there is another, is only a trace. */
function byInWords({ by, field, ownedBy }: Drift): string {
  if (by === undefined) return field === undefined || ownedBy !== undefined ? '' : 'somebody who is not recorded';
  return by.certain ? by.manager : `not recorded, last writer ${by.manager}`;
}

function ownerInWords({ ownedBy }: Drift): string {
  return ownedBy === undefined ? '' : `owned by ${ownedBy}`;
}

function text(value: unknown): string {
  if (value === undefined) return '';
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  return whole.length > longest ? `${whole.slice(0, longest)}…` : whole;
}

function remedy(stack: string, { kind, object, ownedBy }: Drift): string {
  if (ownedBy !== undefined) return 'nothing, if it is meant so; see docs/commands/drift.md';
  switch (kind) {
    case 'changed':
    case 'removed':
      return `\`up\` sets it back; to keep it, describe it in Pulumi.${stack}.yaml`;
    case 'added':
      return '`up` leaves it; remove it by hand if it is not meant';
    case 'missing':
      return '`up` creates it again';
    case 'extra':
      return `nothing describes it; look at it, then remove it: kubectl delete ${deletion(object)}`;
    case 'ending':
      return 'see what still holds it, then run `up`';
    case 'refused':
      return '`up` cannot change it in place: see what replaced it, remove that, run `up`';
    case 'unknown':
      return 'see the message; it may be a matter of permissions';
  }
}

function deletion(object: string): string {
  const [kind = '', path = ''] = object.split(' ');
  const [name, namespace] = path.split('/').reverse();
  return `${kind.toLowerCase()} ${name}${namespace ? ` --namespace ${namespace}` : ''}`;
}
