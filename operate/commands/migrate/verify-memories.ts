import { isSameContent, type MemoryPlace, placeInWords } from '../../memories/rules';
import { countWords, searchQuery, type WordCounts } from '../../memories/search-query';
import type { MemoryServer } from '../../memories/server';
import type { Migratable } from '../../serena/plan';

/** What was seen of a memory on the server. */
export interface Verification {
  /** In the listing of its scope. */
  readonly listed: boolean;
  /** It reads as it must. */
  readonly equal: boolean;
  /** A search for its own words finds it; where it has no words there is nothing to search for. */
  readonly recalled: boolean;
}

/** Whether nothing is missing from a verification. */
export function isVerified({ listed, equal, recalled }: Verification): boolean {
  return listed && equal && recalled;
}

/** How many results are looked at: as an agent would, then as many as the server gives. */
const limits = [10, 100];

/**
 * Looks at each memory on the server.
 * @param each called before each memory with its number, from 0
 */
export async function verifyMemories(
  server: MemoryServer,
  memories: readonly Migratable[],
  each: (index: number) => void,
): Promise<Verification[]> {
  const listed = await listing(server, new Set(memories.map(({ place }) => place.scope)));
  const counts = countWords(memories.map(({ content }) => content));
  const checks: Verification[] = [];
  for (const [index, memory] of memories.entries()) {
    each(index);
    checks.push({
      listed: listed.has(placeInWords(memory.place)),
      equal: await reads(server, memory),
      recalled: await isRecalled(server, memory, counts),
    });
  }
  return checks;
}

/** A query for a scope covers the scopes below it and the global one too. */
async function listing(server: MemoryServer, scopes: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const scope of scopes) {
    for (const place of await server.list(scope)) if (place.scope === scope) found.add(placeInWords(place));
  }
  return found;
}

async function reads(server: MemoryServer, { content, place }: Migratable): Promise<boolean> {
  const there = await server.withRetries(() => server.read(place));
  return there !== undefined && isSame(there, place) && isSameContent(there.content, content);
}

async function isRecalled(server: MemoryServer, { content, place }: Migratable, counts: WordCounts): Promise<boolean> {
  const query = searchQuery(content, counts);
  if (query === '') return true;
  for (const limit of limits) {
    const results = await server.withRetries(() => server.recall(query, place.scope, limit));
    if (results.some((found) => isSame(found, place))) return true;
  }
  return false;
}

function isSame(one: MemoryPlace, other: MemoryPlace): boolean {
  return one.scope === other.scope && one.name === other.name;
}
