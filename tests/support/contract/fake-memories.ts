import { randomUUID } from 'node:crypto';

interface Memory {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly tags: readonly string[];
  readonly source: string | null;
  readonly content: string;
  readonly created_at: string;
  readonly updated_at: string;
}

type Arguments = Readonly<Record<string, unknown>>;

const allowed = /^[\p{Alphabetic}\p{N}_.-]+$/u;
const largest = 1_048_576;
const pageBytes = 24 * 1024;

/** The tools of memory-mcp on memories that live as long as the test. */
export class FakeMemories {
  /** By the file that the real server would keep each in. */
  readonly #files = new Map<string, Memory>();
  /** Until the next change. */
  #sorted: Memory[] | undefined;
  readonly #words = new Map<string, Set<string>>();

  /** Calls a tool. @throws Error with the code of JSON-RPC, as the real server answers */
  call(tool: string, given: Arguments): unknown {
    switch (tool) {
      case 'remember':
        return this.#remember(given);
      case 'read':
        return this.#found(given);
      case 'edit':
        return this.#edit(given);
      case 'forget':
        return this.#forget(given);
      case 'list':
        return this.#list(given);
      case 'recall':
        return this.#recall(given);
      default:
        throw invalid('tool not found');
    }
  }

  get size(): number {
    return this.#files.size;
  }

  #remember(given: Arguments) {
    const { name, scope } = checkedPlace(given);
    const content = checkedContent(given.content);
    const now = new Date().toISOString();
    const { tags = [], source = null } = given as { tags?: string[]; source?: string };
    const memory = { id: randomUUID(), name, scope, tags, source, created_at: now, updated_at: now };
    this.#keep({ ...memory, content: content.replace(/^\n+/, '') });
    return { id: memory.id, name, scope };
  }

  #edit(given: Arguments) {
    const memory = this.#found(given);
    if (given.content === undefined && given.tags === undefined) {
      throw invalid('invalid input: nothing to update — provide content or tags');
    }
    const content = given.content === undefined ? memory.content : checkedContent(given.content);
    const tags = (given.tags as string[] | undefined) ?? memory.tags;
    this.#keep({ ...memory, content: content.replace(/^\n+/, ''), tags, updated_at: new Date().toISOString() });
    return { id: memory.id, name: memory.name, scope: memory.scope };
  }

  #forget(given: Arguments): string {
    this.#files.delete(fileOf(this.#found(given)));
    this.#sorted = undefined;
    return 'ok';
  }

  #found(given: Arguments): Memory {
    const place = checkedPlace(given);
    const memory = this.#files.get(fileOf(place));
    if (memory === undefined) throw invalid(`memory not found: ${place.name}`);
    return memory;
  }

  #keep(memory: Memory): void {
    const file = fileOf(memory);
    this.#files.set(file, memory);
    this.#sorted = undefined;
    for (const word of wordsOf(`${memory.name} ${memory.content}`)) {
      const files = this.#words.get(word) ?? new Set();
      this.#words.set(word, files.add(file));
    }
  }

  #list(given: Arguments) {
    const { limit = 50, fields = ['id', 'name', 'scope', 'tags', 'created_at', 'updated_at'] } = given as {
      limit?: number;
      fields?: (keyof Memory)[];
    };
    if (limit < 1 || limit > 100) throw invalid('invalid input: list limit must be between 1 and 100');
    const scope = scopeOf(given);
    const from = positionOf(given.cursor, scope);
    this.#sorted ??= [...this.#files.values()].sort(byScopeAndName);
    const covered = this.#sorted.filter((memory) => covers(scope, memory));
    const memories: object[] = [];
    let bytes = 0;
    for (const memory of covered.slice(from, from + limit)) {
      const row = Object.fromEntries(fields.map((field) => [field, memory[field]]));
      bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
      if (bytes > pageBytes && memories.length > 0) break;
      memories.push(row);
    }
    const next = from + memories.length;
    const has_more = next < covered.length;
    const next_cursor = has_more ? `lc1_${Buffer.from(JSON.stringify({ scope, next })).toString('base64url')}` : null;
    return { memories, count: covered.length, returned: memories.length, limit, has_more, next_cursor };
  }

  #recall(given: Arguments) {
    const { query = '', limit = 5 } = given as { query?: string; limit?: number };
    const scores = new Map<string, number>();
    for (const word of wordsOf(query)) {
      const files = this.#words.get(word) ?? new Set();
      for (const file of files) scores.set(file, (scores.get(file) ?? 0) + 1 / files.size);
    }
    const results = [...scores]
      .sort(([, a], [, b]) => b - a)
      .flatMap(([file]) => this.#files.get(file) ?? [])
      .filter((memory) => covers(scopeOf(given), memory))
      .slice(0, Math.min(limit, 100))
      .map(({ id, name, scope, tags, content }) => ({ id, name, scope, tags, content: content.slice(0, 500) }));
    return { recall_id: `r_${randomUUID()}`, results, count: results.length, limit };
  }
}

function invalid(message: string): Error {
  return Object.assign(new Error(message), { code: -32602 });
}

function scopeOf({ scope }: Arguments): string {
  return typeof scope === 'string' && scope !== '' ? scope : 'global';
}

function checkedPlace(given: Arguments): { name: string; scope: string } {
  const name = String(given.name ?? '');
  const scope = scopeOf(given);
  checkPath('name', name, 3, 'nesting depth of 3');
  checkPath('scope path', scope, 10, 'depth of 10 components');
  return { name, scope };
}

function checkPath(what: string, path: string, depth: number, limit: string): void {
  if (path === '') throw invalid(`invalid input: ${what} must not be empty`);
  const parts = path.split('/');
  if (parts.length > depth) throw invalid(`invalid input: ${what} '${path}' exceeds maximum ${limit}`);
  for (const part of parts) {
    if (part === '') throw invalid(`invalid input: ${what} '${path}' contains an empty path component`);
    if (part.startsWith('.')) {
      throw invalid(`invalid input: ${what} '${path}' contains a dot-prefixed component '${part}'`);
    }
    if (!allowed.test(part)) {
      throw invalid(`invalid input: ${what} '${path}' contains disallowed characters in component '${part}'`);
    }
  }
}

function checkedContent(given: unknown): string {
  const content = String(given);
  const size = Buffer.byteLength(content);
  if (size > largest) throw invalid(`invalid input: content size ${size} exceeds maximum of ${largest} bytes`);
  return content;
}

function fileOf({ scope, name }: { readonly scope: string; readonly name: string }): string {
  return scope === 'global' ? `global/${name}` : `projects/${scope}/${name}`;
}

function covers(scope: string, memory: Memory): boolean {
  if (scope === 'all' || memory.scope === 'global') return true;
  return memory.scope === scope || memory.scope.startsWith(`${scope}/`);
}

function positionOf(cursor: unknown, scope: string): number {
  if (cursor === undefined || cursor === null) return 0;
  const text = String(cursor);
  try {
    const found = JSON.parse(Buffer.from(text.replace(/^lc1_/, ''), 'base64url').toString()) as {
      scope: string;
      next: number;
    };
    if (found.scope === scope) return found.next;
  } catch {
    throw invalid('invalid input: invalid list cursor; omit cursor to start a new page');
  }
  throw invalid('invalid input: list cursor belongs to a different scope query; omit cursor to start a new page');
}

function byScopeAndName(a: Memory, b: Memory): number {
  const [one, other] = [a, b].map(({ scope, name }) => Buffer.from(`${scope}\0${name}`));
  return Buffer.compare(one as Buffer, other as Buffer);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}
