import { diffArrays } from 'diff';

/** Lines shown of a difference between two files. */
const shownLines = 12;

/**
 * What differs between two texts, as a few lines that start with `- ` (only before) or `+ ` (only after).
 *
 * @param limit number of lines after which the rest is only counted
 */
export function shortDiff(before: string, after: string, limit = shownLines): string[] {
  const changes = diffArrays(before.split('\n'), after.split('\n')).flatMap(({ added, removed, value }) =>
    added || removed ? value.map((line) => `${added ? '+' : '-'} ${line}`) : [],
  );
  if (changes.length <= limit) return changes;
  return [...changes.slice(0, limit), `… and ${changes.length - limit} more lines`];
}
