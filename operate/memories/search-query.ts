/** How many memories have which word. */
export type WordCounts = ReadonlyMap<string, number>;

const word = /[\p{L}\p{N}]{3,}/gu;
/** Enough to tell a memory from others, and few enough for the part of a query that is embedded. */
const most = 12;

/** The words of a text, each once. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(word) ?? [])];
}

/** Counts in how many texts each word is. */
export function countWords(texts: readonly string[]): WordCounts {
  const counts = new Map<string, number>();
  for (const each of texts.flatMap(wordsOf)) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

/** A query of a text's own words, the rarest first; the start of the text where it has none. */
export function searchQuery(text: string, counts: WordCounts): string {
  const rarest = wordsOf(text).sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
  return rarest.length === 0 ? text.trim().slice(0, 200) : rarest.slice(0, most).join(' ');
}
