import { pathInWords } from '../../live/field-path';
import { redacted } from '../../live/redact';
import type { Finding, Report } from '../../report/report';
import type { Adoption } from './adoption';
import { type AdoptionPlan, isSettled, takenObjects } from './plan';

/** Fields named in the table for each object; JSON has all of them. */
const shownFields = 6;

/** What would happen, as a report. It fails where something is refused. */
export function adoptionReport(stack: string, plan: AdoptionPlan): Report {
  return {
    command: 'adopt',
    stack,
    findings: [...plan.adoptions.map(finding), ...plan.surroundings],
    facts: {
      create: plan.adoptions.filter(({ state }) => state === 'create').length,
      adopt: takenObjects(plan).length,
      refuse: plan.adoptions.filter(({ state }) => state === 'refuse').length,
      replace: 0,
      delete: 0,
      objects: plan.adoptions.map(facts),
    },
  };
}

function finding(adoption: Adoption): Finding {
  const subject = adoption.name;
  switch (adoption.state) {
    case 'create':
      return { subject, status: 'ok', found: 'is not there: will be created' };
    case 'refuse':
      return { subject, status: 'failed', found: adoption.reason, remedy: adoption.remedy };
    case 'adopt':
      return { subject, status: 'ok', found: adoptedInWords(adoption) };
  }
}

function adoptedInWords(adoption: Adoption & { state: 'adopt' }): string {
  if (isSettled(adoption)) return 'is ours already, as described';
  const { changes, transfer } = adoption;
  // What the object does comes before what it is labelled with.
  const all = changes.map(({ path }) => pathInWords(path));
  const fields = [...all].sort((one, other) => Number(isLabelling(one)) - Number(isLabelling(other)));
  const more = fields.length > shownFields ? ` and ${fields.length - shownFields} more` : '';
  const changed =
    changes.length === 0 ? 'stays as it is' : `changes in place: ${fields.slice(0, shownFields).join(', ')}${more}`;
  const from = transfer.from.length === 0 ? '' : `; taken over from ${transfer.from.join(', ')}`;
  return `${changed}${from}`;
}

function isLabelling(field: string): boolean {
  return field.startsWith('metadata.');
}

function facts(adoption: Adoption): Record<string, unknown> {
  const { name, state } = adoption;
  if (adoption.state !== 'adopt') return { name, state };
  const { live, changes, transfer } = adoption;
  return {
    name,
    state,
    uid: live.metadata.uid,
    from: transfer.from,
    changes: changes.map(({ path, wanted, live: found }) => ({
      field: pathInWords(path),
      described: redacted(live.kind, path, wanted),
      live: redacted(live.kind, path, found),
    })),
  };
}
