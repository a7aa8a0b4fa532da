import { isDeepStrictEqual } from 'node:util';
import { applyEdits, type Edit, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { Failure } from '../../base/failure';

/**
 * Sets or removes an entry of a JSON file and leaves every other byte as it is. An entry that is as wanted already is
 * left alone too.
 *
 * @param text content of the file; undefined or blank where there is none yet
 * @param value undefined removes the entry
 * @param file name of the file, for errors
 * @throws Failure where the text is no JSON object, or something else than an object is in the way
 */
export function withEntry(
  text: string | undefined,
  path: readonly [string, string],
  value: Readonly<Record<string, unknown>> | undefined,
  file: string,
): string {
  const blank = text === undefined || text.trim() === '';
  if (blank)
    return value === undefined ? (text ?? '') : `${JSON.stringify({ [path[0]]: { [path[1]]: value } }, null, 2)}\n`;
  const before = entryOf(text, path, file);
  if (isDeepStrictEqual(before, value)) return text;
  const edits = modify(text, [...path], value, {});
  return applyEdits(text, value === undefined ? edits : edits.map((edit) => written(edit, text, path, value)));
}

/** An edit of the library's in the file's own way of writing: the library's formatting would also touch the neighbours. */
function written(edit: Edit, text: string, [group, name]: readonly [string, string], value: object): Edit {
  const style = styleOf(text);
  const isReplacement = edit.length > 0;
  if (isReplacement) return { ...edit, content: indented(value, 2, style) };
  const inGroup = edit.content.replace(/^,/, '').startsWith(JSON.stringify(name));
  const depth = inGroup ? 1 : 0;
  const [key, added] = inGroup ? [name, value] : [group, { [name]: value }];
  const property = `${JSON.stringify(key)}:${style.space}${indented(added, depth + 1, style)}`;
  const line = `${style.eol}${style.indent.repeat(depth + 1)}${property}`;
  if (edit.content.startsWith(',')) return { ...edit, content: `,${line}` };
  // Into an object that holds nothing but white space.
  const length = /^\s*/.exec(text.slice(edit.offset))?.[0].length ?? 0;
  return { offset: edit.offset, length, content: `${line}${style.eol}${style.indent.repeat(depth)}` };
}

/** How a file is written: a file of one line stays one. */
function styleOf(text: string) {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1];
  if (indent === undefined) return { indent: '', eol: '', space: text.includes('": ') ? ' ' : '' };
  return { indent, eol: text.includes('\r\n') ? '\r\n' : '\n', space: ' ' };
}

function indented(value: object, depth: number, { indent, eol }: ReturnType<typeof styleOf>): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', `${eol}${indent.repeat(depth)}`);
}

/** The entry of a JSON file, undefined where there is none. @throws Failure as {@link withEntry} */
export function entryOf(text: string, [group, name]: readonly [string, string], file: string): unknown {
  const errors: ParseError[] = [];
  const found = parse(text, errors) as unknown;
  const [error] = errors;
  if (error !== undefined) {
    const line = text.slice(0, error.offset).split('\n').length;
    throw new Failure(
      `${file} is no JSON: ${printParseErrorCode(error.error)} in line ${line}`,
      'mend the file, or move it away, and run the command again; nothing was touched',
    );
  }
  const entries = objectAt(found, file, 'its content')[group];
  if (entries === undefined) return undefined;
  return objectAt(entries, file, group)[name];
}

function objectAt(value: unknown, file: string, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  // Without the value: entries of others may hold tokens.
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  throw new Failure(
    `${file}: ${place} is ${what}, not an object`,
    'mend the file and run the command again; nothing was touched',
  );
}
