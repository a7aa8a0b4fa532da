import { globalScope, type MemoryPlace } from '../memories/rules';

/** What may be part of a name in a reference such as `mem:arch/layers`; Serena's own rule. */
const nameCharacter = '[A-Za-z0-9_\\-/]';
const anyReference = new RegExp(`(?<!${nameCharacter})mem:(${nameCharacter}+)(?!${nameCharacter})`, 'g');

/** A memory that references may point at. */
export interface ReferenceTarget {
  /** Scope and name that Serena knows it by. */
  readonly from: MemoryPlace;
  /** Scope and name that it goes to. */
  readonly to: MemoryPlace;
}

/** Knows what the references in memories of one scope mean. */
export interface References {
  /** A text whose references lead to the new places, and how many had to be changed. */
  rewrite(text: string): { readonly text: string; readonly changed: number };
  /** Names in references that lead nowhere. */
  dangling(text: string): string[];
}

/** Reads the references in memories of `scope`: to memories of that scope by their names, to global ones as `global/<name>`. */
export function referencesIn(scope: string, targets: readonly ReferenceTarget[]): References {
  const inView = targets.flatMap(({ from, to }) =>
    spellings(scope, from).map((old) => [old, next(scope, from, to, old)] as const),
  );
  const known = new Map(inView);
  const changing = inView.filter(([old, now]) => old !== now).map(([old]) => old);
  // The longest first, so that no name is taken for another that it begins with.
  const names = changing
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const pattern = new RegExp(`(?<!${nameCharacter})mem:(${names.join('|')})(?!${nameCharacter})`, 'g');
  return {
    rewrite: (text) => {
      let changed = 0;
      if (names.length === 0) return { text, changed };
      const rewritten = text.replace(pattern, (_, old: string) => {
        changed += 1;
        return `mem:${known.get(old)}`;
      });
      return { text: rewritten, changed };
    },
    dangling: (text) =>
      [...new Set([...text.matchAll(anyReference)].map(([, name = '']) => name))].filter(
        // A name with other characters is cut short by the rule above; only its beginning is seen here.
        (name) =>
          !known.has(name) &&
          ![...known.keys()].some((whole) => whole.startsWith(name) && text.includes(`mem:${whole}`)),
      ),
  };
}

function spellings(scope: string, from: MemoryPlace): string[] {
  const isGlobal = from.scope === globalScope;
  return [...(from.scope === scope ? [from.name] : []), ...(isGlobal ? [`${globalScope}/${from.name}`] : [])];
}

function next(scope: string, from: MemoryPlace, to: MemoryPlace, old: string): string {
  if (to.scope === from.scope && to.name === from.name) return old;
  const stays = to.scope === scope && !old.startsWith(`${globalScope}/`);
  return stays ? to.name : `${to.scope}/${to.name}`;
}
