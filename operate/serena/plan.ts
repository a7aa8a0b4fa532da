import { fileOf, type MemoryPlace, maxContentBytes, placeInWords, problemWith } from '../memories/rules';
import { type SerenaFile, tooLarge } from './folders';
import { type Mapping, resolveMapping } from './mapping';
import { type References, referencesIn } from './references';
import { slug } from './slug';

/** What becomes of one file of Serena's. */
export interface PlannedMemory {
  readonly file: SerenaFile;
  /** Where it goes. */
  readonly place: MemoryPlace;
  /** What it will say, references rewritten; absent where the file could not be read. */
  readonly content?: string;
  /** What is different from the file, in words. */
  readonly notes: readonly string[];
  /** References that lead nowhere. */
  readonly dangling: readonly string[];
  /** Why it cannot be migrated. */
  readonly problem?: string;
  /** Why it is left out. */
  readonly leftOut?: string;
}

/** A memory that can be migrated. */
export type Migratable = PlannedMemory & { readonly content: string };

/** Where every memory goes. No two of those without a problem go to the same file of the server. */
export function planMigration(files: readonly SerenaFile[], mapping: Mapping): PlannedMemory[] {
  const { places, skipped } = resolveMapping(mapping, files);
  const placed = files.map((file): PlannedMemory => {
    const place = places.get(file.path) ?? { scope: file.scope, name: slug(file.name) };
    const notes = notesOn(file, place);
    if (skipped.has(file.path)) return { file, place, notes, dangling: [], leftOut: 'as you said' };
    const problem = file.problem ?? problemWith(place);
    return { file, place, notes, dangling: [], ...(problem ? { problem } : {}) };
  });
  return withReferences(withoutCollisions(placed));
}

/** The memories that go to the server. */
export function migratable(plan: readonly PlannedMemory[]): Migratable[] {
  return plan.filter((memory): memory is Migratable => isGoing(memory) && memory.content !== undefined);
}

function isGoing({ problem, leftOut }: PlannedMemory): boolean {
  return problem === undefined && leftOut === undefined;
}

function notesOn({ name, scope, linkTo }: SerenaFile, place: MemoryPlace): string[] {
  return [
    ...(place.name === name && place.scope === scope ? [] : ['another name']),
    ...(linkTo === undefined ? [] : [`a link to ${linkTo}`]),
  ];
}

function withoutCollisions(placed: readonly PlannedMemory[]): PlannedMemory[] {
  const byFile = Map.groupBy(placed.filter(isGoing), ({ place }) => fileOf(place));
  return placed.map((memory) => {
    const sharing = isGoing(memory) ? (byFile.get(fileOf(memory.place)) ?? []) : [];
    const [first, ...rest] = sharing;
    if (first === undefined || rest.length === 0) return memory;
    if (sharing.every((other) => isCopy(first, other))) {
      return memory === first ? memory : { ...memory, leftOut: `the same as ${first.file.path}` };
    }
    const others = sharing
      .filter((other) => other !== memory)
      .map(({ file, place }) => `${file.path} → ${placeInWords(place)}`);
    return { ...memory, problem: `the server would keep it in the same file as ${others.join(', ')}` };
  });
}

function isCopy({ place: one, file: { content } }: PlannedMemory, { place: other, file }: PlannedMemory): boolean {
  return one.scope === other.scope && one.name === other.name && content === file.content;
}

function withReferences(placed: readonly PlannedMemory[]): PlannedMemory[] {
  const targets = placed.map(({ file, place }) => ({ from: { scope: file.scope, name: file.name }, to: place }));
  const scopes = new Map<string, References>();
  const referencesOf = (scope: string) => {
    const found = scopes.get(scope) ?? referencesIn(scope, targets);
    scopes.set(scope, found);
    return found;
  };
  return placed.map((memory) => {
    const { content } = memory.file;
    if (content === undefined || !isGoing(memory)) return memory;
    const references = referencesOf(memory.file.scope);
    const { text, changed } = references.rewrite(content);
    const size = Buffer.byteLength(text);
    return {
      ...memory,
      content: text,
      dangling: references.dangling(content),
      notes: [
        ...memory.notes,
        ...(changed === 0 ? [] : [`${changed} ${changed === 1 ? 'reference' : 'references'} rewritten`]),
      ],
      ...(size > maxContentBytes ? { problem: tooLarge(size) } : {}),
    };
  });
}
