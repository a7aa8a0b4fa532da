import { Failure } from '../../base/failure';

/**
 * Sets or removes a marked section of a text and leaves everything around it as it is.
 *
 * @param name what the section is about; its marks carry it
 * @param content undefined removes the section
 * @throws Failure where only one of the two marks is left, because nobody knows then where the section ends
 */
export function withSection(text: string, name: string, content: string | undefined, file: string): string {
  const [begin, end] = marks(name);
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 !== to < 0 || to < from) {
    throw new Failure(
      `${file}: one of the marks of the section "${name}" is missing`,
      `restore it, or remove what is left of the section: ${begin} … ${end}`,
    );
  }
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const section = content === undefined ? undefined : [begin, content.trimEnd(), end].join('\n').replaceAll('\n', eol);
  if (from >= 0) {
    const after = text.slice(to + end.length);
    if (section !== undefined) return text.slice(0, from) + section + after;
    // What was added with the section goes with it: the empty line before it and the end of its last line.
    const before = text.slice(0, from);
    return before.replace(/(\r?\n)\r?\n$/, '$1') + after.replace(/^\r?\n/, '');
  }
  if (section === undefined) return text;
  if (text === '') return `${section}${eol}`;
  return `${text}${text.endsWith('\n') ? '' : eol}${eol}${section}${eol}`;
}

function marks(name: string): readonly [string, string] {
  return [`<!-- memory-fleet: ${name} -->`, `<!-- memory-fleet: end of ${name} -->`];
}
