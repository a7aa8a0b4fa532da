import Table from 'cli-table3';

/** Widest line where the output is no terminal. */
const plainWidth = 160;
/** Narrowest column that text is broken into. */
const narrowest = 16;

const noFrame = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
  ].map((place) => [place, '']),
);

/**
 * Columns under headings; empty columns are left out. Long texts are broken at words, long words anywhere, so that a line
 * fits the terminal and nothing is cut off.
 *
 * @param width in characters @default the terminal's, 160 where there is none
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width = process.stdout.columns ?? plainWidth,
): string {
  const kept = headings.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  const all = [headings, ...rows].map((row) => kept.map((index) => row[index] ?? ''));
  const gap = 2;
  const columns = kept.map((_, index) => Math.max(...all.map((row) => longestLine(row[index] ?? ''))) + gap);
  const widths = fitted(columns, width);
  const drawn = new Table({
    chars: noFrame,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': gap },
    colWidths: widths,
    wordWrap: true,
  });
  drawn.push(...all.map((row) => row.map((cell, index) => withShortWords(cell, (widths[index] ?? 0) - gap))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** Breaks words that are longer than a line, which the library would cut off. */
function withShortWords(text: string, length: number): string {
  return text.replace(new RegExp(`\\S{${Math.max(1, length)}}(?=\\S)`, 'g'), '$&\n');
}

function longestLine(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

/** Takes what is too much from the widest columns first. */
function fitted(columns: readonly number[], width: number): number[] {
  const widths = [...columns];
  for (let excess = widths.reduce((sum, each) => sum + each, 0) - width; excess > 0; excess--) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= narrowest) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
