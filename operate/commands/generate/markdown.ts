/** A table; cells are Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Text as code. */
export function code(text: unknown): string {
  return `\`${text}\``;
}

/** Text as it is: what looks like a tag would vanish. */
export function prose(text: string): string {
  return text.replaceAll('<', '&lt;');
}

/** A link to a heading of the same page, by GitHub's rule for anchors. */
export function linkTo(heading: string, text: string): string {
  return `[${text}](#${anchor(heading)})`;
}

/** The anchor that GitHub gives a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}
