import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../base/failure';
import { fullKey, projectName } from './engine-config';
import { type KeyPath, withKey, withoutKey } from './splice';
import { readYaml } from './yaml';
import { readOrFail } from './yaml-error';

/** A key and the value that it gets: data of any form. */
export interface KeyValue {
  readonly path: KeyPath;
  readonly value: unknown;
}

/**
 * The text of a stack file with other values of some keys. Every line that has nothing to do with them stays as it is:
 * comments, order, quotes, blank lines. A key that is not there yet comes last in its map; a map that is not there is
 * made. A list is set as a whole.
 *
 * @param changes paths from the system or `cluster` downwards, such as `['memoryMcp', 'git', 'remoteUrl']`
 * @throws Failure where the text is no YAML, a key lies below one that holds no map, or something else would change too
 */
export function setKeys(text: string, changes: readonly KeyValue[]): string {
  return changes.reduce((before, { path, value }) => {
    const key = inFile(before, path);
    return confirmed(before, withKey(before, key, value), path, (data) => assigned(data, key, value));
  }, text);
}

/**
 * The text of a stack file without some keys; one that is not there needs no removing. A comment at the end of a removed
 * line goes with it, a comment on a line of its own stays.
 *
 * @throws Failure as {@link setKeys} does
 */
export function removeKeys(text: string, paths: readonly KeyPath[]): string {
  return paths.reduce((before, path) => {
    const key = inFile(before, path);
    return confirmed(before, withoutKey(before, key), path, (data) => unassigned(data, key));
  }, text);
}

/** A path as the file spells it: the project's name may stand before its first part, or be left to the engine. */
function inFile(text: string, [first = '', ...rest]: KeyPath): KeyPath {
  const full = `${projectName}:${first}`;
  const { config } = dataOf(text);
  const keys = isMap(config) ? Object.keys(config) : [];
  const spelt = readOrFail('the stack file', () => keys.find((key) => fullKey(key) === full));
  return ['config', spelt ?? full, ...rest];
}

/** @throws Failure where the engine would not read the text */
function dataOf(text: string): Data {
  const data = readOrFail('the stack file', () => readYaml(text));
  return isMap(data) ? data : {};
}

type Data = Record<string, unknown>;

/**
 * Makes sure that a change did what it was meant to, and nothing else: an anchor, for example, carries a value to places
 * that nobody named.
 */
function confirmed(before: string, after: string, path: KeyPath, changed: (data: Data) => Data): string {
  if (!isDeepStrictEqual(readOrNothing(after), changed(dataOf(before)))) {
    throw new Failure(
      `${path.join('.')} cannot be changed in the stack file without changing something else`,
      'change it by hand; anchors, aliases and merge keys are what usually stands in the way',
    );
  }
  return after;
}

/** What became of a text, which may be no YAML any more. */
function readOrNothing(text: string): unknown {
  try {
    return dataOf(text);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

// Both copy what lies on the path: a map that several keys share by an alias is one object here.

function assigned(data: Data, [first = '', ...rest]: KeyPath, value: unknown): Data {
  return { ...data, [first]: rest.length === 0 ? value : assigned((data[first] ?? {}) as Data, rest, value) };
}

function unassigned(data: Data, [first = '', ...rest]: KeyPath): Data {
  const { [first]: held, ...others } = data;
  if (rest.length === 0) return others;
  return isMap(held) ? { ...data, [first]: unassigned(held, rest) } : data;
}

function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
