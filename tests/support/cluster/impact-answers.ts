import { shortHash } from '../../../components/kit/objects/content-hash';
import { bases } from './impact-bases';
import { type Change, configAfter } from './impact-change';
import { comparable, disagreements, type Knowledge } from './impact-classes';
import { type Difference, differenceOf } from './impact-difference';
import type { Acceptance } from './impact-dry-run';
import type { Impact } from './impact-effect';

/** What can be asked about changes of a stack that is up. */
export interface Sources {
  /** The engine. */
  readonly preview: (change: Change, counts: Difference['counts']) => Promise<Impact>;
  /** The API server. */
  readonly accepts: Acceptance;
  /** What the engine has said, on this stack or on others. */
  readonly known: Knowledge;
}

/** How many of the answers that were not asked for are asked for after all, and by what they are chosen. */
export interface Sample {
  readonly size: number;
  readonly seed: number;
}

/** An answer that was concluded, beside what the engine says of that very change. */
export interface Comparison {
  readonly change: string;
  readonly concluded: object;
  readonly asked: object;
}

export interface Answers {
  /** In the order of the changes. */
  readonly impacts: readonly Impact[];
  /** How many of them the engine was asked for. */
  readonly asked: number;
  readonly comparisons: readonly Comparison[];
}

/**
 * What the engine does with each change: asked for as few of them as say what happens in all. A change whose values the
 * API server refuses, and one that is refused at all, is always asked for itself.
 */
export async function answers(changes: readonly Change[], sources: Sources, sample: Sample): Promise<Answers> {
  const impacts = new Map<Change, Impact>();
  const concluded: Change[] = [];
  const objected = new Set<Change>();
  const differences = new Map(changes.map((change) => [change, differenceBy(change)]));
  const of = (change: Change) => differences.get(change) as Difference;
  const conclude = async (change: Change): Promise<void> => {
    const impact = objected.has(change) ? undefined : sources.known.tell(of(change));
    if (!impact) return;
    if (await sources.accepts(of(change))) {
      impacts.set(change, impact);
      concluded.push(change);
    } else objected.add(change);
  };
  // Each question first teaches as much as it can.
  for (let left = [...changes]; left.length > 0; left = left.filter((change) => !impacts.has(change))) {
    const next = left.reduce((best, change) =>
      sources.known.unknown(of(change)) > sources.known.unknown(of(best)) ? change : best,
    );
    const impact = await asked(next, of(next), sources);
    sources.known.learn(of(next), impact);
    impacts.set(next, impact);
    for (const change of left) if (!impacts.has(change)) await conclude(change);
  }
  return {
    impacts: changes.map((change) => impacts.get(change) as Impact),
    asked: changes.length - concluded.length,
    comparisons: await compared(concluded, impacts, sources, sample),
  };
}

function differenceBy(change: Change): Difference {
  return differenceOf(bases[change.base].config, configAfter(change));
}

/** @throws Error that names the change, when the engine fails or does what the plans do not tell */
async function asked(change: Change, difference: Difference, { preview }: Sources): Promise<Impact> {
  try {
    const impact = await preview(change, difference.counts);
    const wrong = difference.beyond.length > 0 ? [] : disagreements(difference, impact);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    return impact;
  } catch (error) {
    throw new Error(`${nameOf(change)}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

async function compared(
  concluded: readonly Change[],
  impacts: ReadonlyMap<Change, Impact>,
  sources: Sources,
  { seed, size }: Sample,
): Promise<Comparison[]> {
  const order = (change: Change) => shortHash([seed, nameOf(change)]);
  const chosen = [...concluded].sort((a, b) => order(a).localeCompare(order(b))).slice(0, size);
  const comparisons: Comparison[] = [];
  for (const change of chosen) {
    const impact = await asked(change, differenceBy(change), sources);
    const told = impacts.get(change) as Impact;
    comparisons.push({ change: nameOf(change), concluded: comparable(told), asked: comparable(impact) });
  }
  return comparisons;
}

function nameOf({ base, path, to }: Change): string {
  return `${path} to ${JSON.stringify(to)} on ${base}`;
}
