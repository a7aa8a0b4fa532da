import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { scalarOf } from './scalars';
import { YamlError } from './yaml-error';

type Data = Record<string, unknown>;

/**
 * The data of a YAML text as the engine reads it, by gopkg.in/yaml.v3: merge keys, octal and underscored numbers, `yes` and
 * `no` as texts, times in Go's own spelling; the first document alone.
 * @throws YamlError where the engine would refuse the text: duplicate keys, and what is no YAML
 */
export function readYaml(file: string): unknown {
  const text = file.replace(/^\uFEFF/, '');
  // Without a schema of its own the library tells texts alone, and leaves it to us what they stand for.
  const [document] = parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    merge: false,
    resolveKnownTags: false,
  });
  if (document === undefined || !('contents' in document)) return null;
  const [error] = document.errors;
  if (error) throw new YamlError(error.message.split('\n')[0]?.replace(/:$/, '') ?? error.code);
  const { explicit, version } = document.directives?.yaml ?? {};
  if (explicit && version !== '1.1') throw new YamlError(`YAML ${version} is asked for, and only 1.1 is known`);
  const strange = unreadable.exec(text)?.[0];
  if (strange) throw new YamlError(`the control character ${JSON.stringify(strange)} is not allowed`);
  return new Reader(text, targetsIn(document)).value(document.contents);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const unreadable = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** What each alias stands for: the last node before it that has its anchor, in the order of the text. */
function targetsIn(document: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node: (_, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (target) targets.set(node, target);
      if ('anchor' in node && node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

class Reader {
  /** Aliases that are being read, for one that stands for itself. */
  readonly #open = new Set<Node>();

  #read = 0;

  constructor(
    readonly text: string,
    readonly targets: ReadonlyMap<Node, Node>,
  ) {}

  value(node: Node | null): unknown {
    this.#read += 1;
    // A few lines of aliases of aliases stand for more than any machine holds.
    if (this.#read > 100_000) throw new YamlError('its aliases stand for too much');
    if (node === null) return null;
    if (isAlias(node)) return this.#referred(node, (target) => this.value(target));
    if (isScalar(node)) return this.#scalar(node);
    if (isSeq(node)) return node.items.map((item) => this.#item(item));
    if (isMap(node)) return this.#map(node);
    throw new YamlError('neither a map, a list nor a value');
  }

  /** A pair alone in a list is a map of its own. */
  #item(item: unknown): unknown {
    return isPair(item)
      ? { [this.#name(item.key as Node | null)]: this.value(item.value as Node | null) }
      : this.value(item as Node | null);
  }

  /** Whatever is a key is a text at last, as Go prints it. */
  #name(key: Node | null): string {
    const name = this.value(key);
    if (typeof name === 'object' && name !== null)
      throw new YamlError(`line ${this.#lineOf(key)}: a key must be a text, not a map or a list`);
    return name === null ? '<nil>' : String(name);
  }

  #referred<T>(alias: Node & { readonly source: string }, read: (target: Node) => T): T {
    const target = this.targets.get(alias);
    if (target === undefined)
      throw new YamlError(`line ${this.#lineOf(alias)}: there is no anchor ${alias.source} before`);
    if (this.#open.has(target)) throw new YamlError(`line ${this.#lineOf(alias)}: ${alias.source} holds itself`);
    this.#open.add(target);
    const value = read(target);
    this.#open.delete(target);
    return value;
  }

  #scalar(node: Scalar): unknown {
    const text = String(node.value ?? '');
    if (node.type === Scalar.QUOTE_DOUBLE && /^([^\\]|\\[^/])*\\\//.test(this.text.slice(...(node.range ?? [0, 0])))) {
      throw new YamlError(`line ${this.#lineOf(node)}: "\\/" is no escape of YAML 1.1`);
    }
    const isQuoted = node.type !== undefined && node.type !== Scalar.PLAIN;
    const tag = node.tag === '!' ? undefined : node.tag;
    if (isQuoted && tag === undefined) return text;
    try {
      return scalarOf(text, tag);
    } catch (error) {
      throw error instanceof YamlError ? new YamlError(`line ${this.#lineOf(node)}: ${error.message}`) : error;
    }
  }

  #map(map: YAMLMap): Data {
    const entries = this.#own(map);
    const merged = (map.items as Pair<Node, Node | null>[])
      .filter(({ key }) => isMergeKey(key))
      .flatMap(({ value }) => this.#merged(value));
    const data: Data = {};
    // Later ones stand behind: what the map itself says counts first, then the first of those that it merges.
    for (const [key, value] of [...entries, ...merged]) {
      if (!Object.hasOwn(data, key))
        Object.defineProperty(data, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return data;
  }

  #own(map: YAMLMap): [string, unknown][] {
    const lines = new Map<string, number>();
    return (map.items as Pair<Node, Node | null>[]).flatMap(({ key, value }) => {
      const line = this.#lineOf(key);
      const name = isMergeKey(key) ? '<<' : this.#name(key);
      if (typeof name !== 'string')
        throw new YamlError(`line ${line}: a key must be a text; put ${JSON.stringify(name)} in quotes`);
      const before = lines.get(name);
      if (before !== undefined)
        throw new YamlError(`line ${line}: the key ${JSON.stringify(name)} stands on line ${before} already`);
      lines.set(name, line);
      return isMergeKey(key) ? [] : [[name, this.value(value)]];
    });
  }

  #merged(value: Node | null): [string, unknown][] {
    if (isSeq(value)) return value.items.flatMap((item) => this.#merged(item as Node | null));
    const read = this.value(value);
    if (typeof read !== 'object' || read === null || Array.isArray(read)) {
      throw new YamlError(`line ${this.#lineOf(value)}: what "<<" merges must be a map, or a list of maps`);
    }
    return Object.entries(read);
  }

  #lineOf(node: Node | null): number {
    return this.text.slice(0, node?.range?.[0] ?? 0).split('\n').length;
  }
}

/** In quotes as well: the engine writes what it has read and reads it once more, and then the quotes are gone. */
function isMergeKey(key: Node | null): boolean {
  return (
    isScalar(key) &&
    key.value === '<<' &&
    (key.tag === undefined || key.tag === '!' || key.tag === 'tag:yaml.org,2002:merge')
  );
}
