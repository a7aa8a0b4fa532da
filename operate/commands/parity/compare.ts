import { createTwoFilesPatch } from 'diff';
import { isSameContent, type MemoryPlace, placeInWords, withoutLeadingLineFeeds } from '../../memories/rules';
import type { MemoryServer } from '../../memories/server';
import type { Migratable } from '../../serena/plan';

/** How the two sides differ, each memory as `scope:name` of the server. */
export interface MemoryComparison {
  readonly equal: readonly string[];
  readonly onlyHere: readonly string[];
  readonly onlyThere: readonly string[];
  readonly differing: readonly { readonly place: string; readonly diff: string }[];
}

/**
 * Compares Serena's memories, as they would be migrated, with what the server has in their scopes.
 * @param each called before each memory with its number, from 0
 */
export async function compare(
  server: MemoryServer,
  here: readonly Migratable[],
  each: (index: number) => void,
): Promise<MemoryComparison> {
  const comparison = {
    equal: [] as string[],
    onlyHere: [] as string[],
    differing: [] as MemoryComparison['differing'][number][],
  };
  for (const [index, { content, place }] of here.entries()) {
    each(index);
    const words = placeInWords(place);
    const there = await server.withRetries(() => server.read(place));
    // The file may hold the memory of another place.
    if (there === undefined || placeInWords(there) !== words) comparison.onlyHere.push(words);
    else if (isSameContent(content, there.content)) comparison.equal.push(words);
    else comparison.differing.push({ place: words, diff: diffOf(words, content, there.content) });
  }
  return {
    ...comparison,
    onlyThere: await onlyThere(
      server,
      here.map(({ place }) => place),
    ),
  };
}

async function onlyThere(server: MemoryServer, here: readonly MemoryPlace[]): Promise<string[]> {
  const known = new Set(here.map(placeInWords));
  const scopes = new Set(here.map(({ scope }) => scope));
  // One listing covers every scope, so that no memory of the global scope is listed once for each of the others.
  const all = await server.list('all');
  return all
    .filter(({ scope }) => scopes.has(scope))
    .map(placeInWords)
    .filter((words) => !known.has(words));
}

function diffOf(words: string, here: string, there: string): string {
  return createTwoFilesPatch(
    `Serena ${words}`,
    `server ${words}`,
    withoutLeadingLineFeeds(here),
    withoutLeadingLineFeeds(there),
  );
}
