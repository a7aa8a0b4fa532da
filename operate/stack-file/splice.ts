import { isMap, isPair, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { toYaml } from '../../render/yaml';
import { Failure } from '../base/failure';

// The YAML library can write a document that it has read, comments included, but lays it out its own way. Here it only
// says where everything is: what changes is cut out of the text and put into it.

/** Keys from the top downwards. */
export type KeyPath = readonly string[];

type Entry = Pair<Node, Node | null>;

/**
 * A text with a key set.
 * @throws Failure where the text is no YAML, or a key on the path holds something else than a map
 */
export function withKey(text: string, path: KeyPath, value: unknown): string {
  const top = contentsOf(text);
  if (isNothing(top)) return withLines(text, text.length, linesOf(nested(path, value), 0));
  let map = top;
  for (const [index, key] of path.entries()) {
    if (!isMap(map)) throw noMap(path.slice(0, index));
    const entry = entryOf(map, key);
    if (entry === undefined) return withEntry(text, map, nested(path.slice(index), value));
    const rest = path.slice(index + 1);
    if (rest.length === 0 || isNothing(entry.value)) return withValue(text, map, entry, nested(rest, value));
    map = entry.value as Node;
  }
  return text;
}

/**
 * A text without a key. A map that loses its last key stays as `{}`.
 * @throws Failure where the text is no YAML
 */
export function withoutKey(text: string, path: KeyPath): string {
  let map = contentsOf(text);
  let parent: { readonly map: YAMLMap; readonly entry: Entry } | undefined;
  for (const [index, key] of path.entries()) {
    if (!isMap(map)) return text;
    const entry = entryOf(map, key);
    if (entry === undefined) return text;
    if (index < path.length - 1) {
      parent = { map, entry };
      map = entry.value;
    } else if (map.items.length === 1 && parent) return withValue(text, parent.map, parent.entry, {});
    else return withoutEntry(text, map, entry);
  }
  return text;
}

/** Puts an entry behind the last one of a map. */
function withEntry(text: string, map: YAMLMap, entry: object): string {
  const last = map.items.at(-1) as Entry | undefined;
  const end = last === undefined ? rangeOf(map)[0] + 1 : endOf(text, last);
  if (!map.flow) return withLines(text, end, linesOf(entry, columnOf(text, rangeOf(map)[0])));
  return `${text.slice(0, end)}${last ? ', ' : ''}${JSON.stringify(entry).slice(1, -1)}${text.slice(end)}`;
}

/** Gives an entry another value. A comment behind the key or behind the old value stays. */
function withValue(text: string, map: YAMLMap, entry: Entry, value: unknown): string {
  const colon = text.indexOf(':', rangeOf(entry.key)[1]) + 1;
  const old = isImplied(entry.value) ? undefined : entry.value;
  const [start, end] = old ? [rangeOf(old)[0], endOf(text, entry)] : [colon, colon];
  if (map.flow) return `${text.slice(0, start)}${old ? '' : ' '}${JSON.stringify(value)}${text.slice(end)}`;
  const [inline, ...below] = valueLines(value, columnOf(text, rangeOf(entry.key)[0]));
  const gap = inline === '' ? '' : ' ';
  if (text.slice(colon, start).includes('\n')) {
    const line = lineStart(text, start);
    const kept = `${text.slice(0, colon)}${gap}${inline}${text.slice(colon, line)}`;
    const behind = text.slice(lineEnd(text, end));
    return below.length > 0 ? kept + below.join(newline(text)) + behind : kept + behind.replace(/^\r?\n/, '');
  }
  const from = old && inline !== '' ? start : colon;
  const kept = `${text.slice(0, from)}${from === colon ? gap : ''}${inline}${text.slice(end, lineEnd(text, end))}`;
  return [kept, ...below].join(newline(text)) + text.slice(lineEnd(text, end));
}

function withoutEntry(text: string, map: YAMLMap, entry: Entry): string {
  const index = (map.items as unknown[]).indexOf(entry);
  const [before, after] = [map.items[index - 1], map.items[index + 1]] as (Entry | undefined)[];
  const [start, end] = [rangeOf(entry.key)[0], endOf(text, entry)];
  if (map.flow) {
    return after
      ? text.slice(0, start) + text.slice(rangeOf(after.key)[0])
      : text.slice(0, before ? endOf(text, before) : start) + text.slice(end);
  }
  return text.slice(0, lineStart(text, start)) + text.slice(lineEnd(text, end)).replace(/^\r?\n/, '');
}

/** Lines put behind the one that a place lies in. */
function withLines(text: string, place: number, lines: readonly string[]): string {
  const end = lineEnd(text, place);
  const head = text.slice(0, end);
  const added = lines.join(newline(text));
  if (head === '' || head.endsWith('\n')) return `${head}${added}${newline(text)}${text.slice(end)}`;
  return `${head}${newline(text)}${added}${text.slice(end)}`;
}

/** An entry as lines of a block. */
function linesOf(entry: object, column: number): string[] {
  const lines = toYaml(entry).trimEnd().split('\n');
  return lines.map((line) => (line === '' ? line : ' '.repeat(column) + line));
}

/** A value as it stands behind its key: the rest of the key's line, then the lines below it. */
function valueLines(value: unknown, column: number): readonly [string, ...string[]] {
  const [first = '', ...below] = linesOf({ key: value }, column);
  return [first.trimStart().slice('key:'.length).trimStart(), ...below];
}

function nested(path: KeyPath, value: unknown): object {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
}

function contentsOf(text: string): Node | null {
  const { contents, errors } = parseDocument(text);
  const [error] = errors;
  if (error) throw new Failure(`the stack file is no YAML: ${error.message.split('\n')[0]}`, 'mend it by hand first');
  return contents;
}

function noMap(path: KeyPath): Failure {
  return new Failure(
    `${path.join('.')} of the stack file is no map, so nothing can be set below it`,
    'change it by hand first',
  );
}

function entryOf(map: YAMLMap, key: string): Entry | undefined {
  return (map.items as Entry[]).find((item) => isScalar(item.key) && String(item.key.value) === key);
}

/** Neither a value nor a map with entries: the place for a first entry. */
function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null) || (isMap(node) && node.items.length === 0);
}

/** A value that nobody wrote: `key:` and nothing behind it. */
function isImplied(node: Node | null): boolean {
  return node === null || (isScalar(node) && rangeOf(node)[0] === rangeOf(node)[1]);
}

/** Where the last character of a value stands that is neither a comment nor white space. */
function endOf(text: string, node: Node | Entry): number {
  if (isPair(node)) {
    const { key, value } = node as Entry;
    return value === null || isImplied(value) ? text.indexOf(':', rangeOf(key)[1]) + 1 : endOf(text, value);
  }
  const last = (isMap(node) || isSeq(node)) && !node.flow ? (node.items.at(-1) as Node | Entry | undefined) : undefined;
  if (last !== undefined) return endOf(text, last);
  const [start, end] = rangeOf(node);
  return start + text.slice(start, end).trimEnd().length;
}

function rangeOf(node: Node): readonly [number, number] {
  const [start = 0, end = 0] = node.range ?? [];
  return [start, end];
}

function lineStart(text: string, place: number): number {
  return text.lastIndexOf('\n', place - 1) + 1;
}

/** Where the line of a place ends, before its line break. */
function lineEnd(text: string, place: number): number {
  const end = text.slice(place).search(/\r?\n/);
  return end < 0 ? text.length : place + end;
}

function columnOf(text: string, place: number): number {
  return place - lineStart(text, place);
}

function newline(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
