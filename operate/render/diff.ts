/** Lines shown of a difference between two files. */
const shownLines = 12;

/**
 * What differs between two texts, as a few lines that start with `- ` (only before) or `+ ` (only after).
 *
 * @param limit number of lines after which the rest is only counted
 */
export function shortDiff(before: string, after: string, limit = shownLines): string[] {
  const changes = changedLines(before.split('\n'), after.split('\n'));
  if (changes.length <= limit) return changes;
  return [...changes.slice(0, limit), `… and ${changes.length - limit} more lines`];
}

function changedLines(before: readonly string[], after: readonly string[]): string[] {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shortest - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return difference(before.slice(start, before.length - end), after.slice(start, after.length - end));
}

/** The lines outside a longest common subsequence. */
function difference(before: readonly string[], after: readonly string[]): string[] {
  const common = commonLengths(before, after);
  const lengthAt = (i: number, j: number) => common[i]?.[j] ?? 0;
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      i += 1;
      j += 1;
    } else if (j >= after.length || (i < before.length && lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      lines.push(`- ${before[i]}`);
      i += 1;
    } else {
      lines.push(`+ ${after[j]}`);
      j += 1;
    }
  }
  return lines;
}

/** For every pair of positions, the length of the longest common subsequence of what follows. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    const [row, next] = [lengths[i] as number[], lengths[i + 1] as number[]];
    for (let j = after.length - 1; j >= 0; j -= 1) {
      row[j] = before[i] === after[j] ? (next[j + 1] ?? 0) + 1 : Math.max(next[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
