import type { Difference, ObjectChange } from './impact-difference';
import { type Impact, isChange, planned, type Step } from './impact-effect';

/**
 * What decides the engine's answer for an object: what kind it is of, whether it comes, goes, or changes in which fields,
 * and whether it is protected. Neither its name nor its values do, as long as the API server accepts them.
 */
export function partOf({ id, operation, holdsData, fields }: ObjectChange): string {
  const [type] = id.split('::');
  return [operation, type, ...(holdsData ? ['protected'] : []), ...fields].join(' ');
}

/** What decides it for a whole difference: that of its objects, in whatever order and number. */
export function classOf({ objects }: Difference): string {
  return [...new Set(objects.map(partOf))].sort().join('\n');
}

/** What the engine has said so far, and what it says of others. */
export interface Knowledge {
  /** Takes note of an answer. @throws Error when the engine has said something else of what is the same */
  learn(difference: Difference, impact: Impact): void;
  /** The answer that follows from those before; undefined when the engine has to be asked. */
  tell(difference: Difference): Impact | undefined;
  /** How much is learned by asking, as the number of things that nothing is known of. */
  unknown(difference: Difference): number;
}

type Said = ReadonlyMap<string, readonly Step[]>;

/**
 * The engine answers for each object by itself, unless it replaces one, which may draw others after it: such an answer
 * holds only for differences with the very same kinds of parts. A refusal says nothing about any other difference.
 */
export function knowledge(): Knowledge {
  const parts = new Map<string, readonly Step[]>();
  const wholes = new Map<string, Said>();
  const saidOf = (difference: Difference): Said | undefined => {
    const whole = wholes.get(classOf(difference));
    if (whole || difference.objects.length === 0) return whole;
    return difference.objects.every((object) => parts.has(partOf(object))) ? parts : undefined;
  };
  return {
    learn: (difference, impact) => {
      if (difference.beyond.length > 0 || impact.effect === 'refused') return;
      const said = saidIn(difference, impact);
      wholes.set(classOf(difference), said);
      if (impact.steps.some(({ op }) => op.includes('replace'))) return;
      for (const [part, steps] of said) {
        agree(part, parts.get(part) ?? steps, steps);
        parts.set(part, steps);
      }
    },
    tell: (difference) => {
      if (difference.beyond.length > 0) return undefined;
      const said = saidOf(difference);
      if (!said) return undefined;
      const steps = difference.objects.flatMap((object) =>
        (said.get(partOf(object)) ?? []).map((step) => ({ ...step, urn: withName(step.urn, object) })),
      );
      return planned(steps, difference.counts);
    },
    unknown: ({ objects }) => new Set(objects.map(partOf).filter((part) => !parts.has(part))).size,
  };
}

/** The steps of an answer by the parts of the difference that it is about. */
function saidIn({ objects }: Difference, { steps }: Impact): Said {
  const said = new Map<string, readonly Step[]>();
  for (const object of objects) {
    const part = partOf(object);
    const own = steps.filter((step) => isChange(step) && idOf(step.urn) === object.id);
    agree(part, said.get(part) ?? own, own);
    said.set(part, own);
  }
  return said;
}

function agree(part: string, before: readonly Step[], now: readonly Step[]): void {
  if (opsOf(before) === opsOf(now)) return;
  throw new Error(`the engine says ${opsOf(now)} of an object and has said ${opsOf(before)} of another: ${part}`);
}

/**
 * The objects about which an accepted plan and the difference of the descriptions disagree: none, as long as these tell
 * all that the engine goes by.
 */
export function disagreements({ objects }: Difference, { effect, steps }: Impact): string[] {
  if (effect === 'refused') return [];
  const told = new Set(objects.map(({ id }) => id));
  const touched = new Set(steps.filter(isChange).map(({ urn }) => idOf(urn)));
  return [
    ...[...touched].filter((id) => !told.has(id)).map((id) => `${id}: only the engine changes it`),
    ...[...told].filter((id) => !touched.has(id)).map((id) => `${id}: only the descriptions differ`),
  ];
}

/** What two answers have to have in common. */
export function comparable({ effect, detail, steps }: Impact): object {
  const done = steps.filter(isChange).map(({ op, urn }) => `${op} ${idOf(urn)}`);
  return { effect, detail, steps: effect === 'refused' ? [] : done.sort() };
}

function opsOf(steps: readonly Step[]): string {
  return [...new Set(steps.map(({ op }) => op))].sort().join(', ') || 'nothing';
}

/** The end of the engine's name of a resource, see {@link ObjectChange.id}. */
function idOf(urn: string): string {
  const [, , types = '', name] = urn.split('::');
  return `${types.split('kubernetes:').at(-1)}::${name}`;
}

function withName(urn: string, { id }: ObjectChange): string {
  return [...urn.split('::').slice(0, -1), id.split('::').at(-1)].join('::');
}
