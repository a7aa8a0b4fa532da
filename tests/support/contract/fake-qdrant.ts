import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A point as the REST API has it. */
export interface Point {
  readonly id: number | string;
  readonly vector: unknown;
  readonly payload?: unknown;
}

interface Collection {
  readonly vectors: unknown;
  readonly points: Map<string, Point>;
}

/** What a request is answered with instead of what it asks for; undefined where it is answered as it should be. */
type Fault = (request: { readonly method: string; readonly path: string }) => FaultKind | undefined;

/**
 * `cut`: the connection ends in the middle. `cut after`: it ends when all is done. `hang`: no answer comes. `disk full`:
 * what Qdrant says when its volume is full. `altered`: content that is not what it was. `vanish`: the collection is
 * removed before the request is looked at. `busy`: Qdrant is not there yet.
 */
type FaultKind = 'cut' | 'cut after' | 'hang' | 'disk full' | 'altered' | 'vanish' | 'busy';

/** An answer that is no success. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The part of Qdrant's REST API that backups use, with Qdrant's own rules for it (1.15). A snapshot is a JSON document. */
export class FakeQdrant {
  readonly collections = new Map<string, Collection>();
  readonly aliases = new Map<string, string>();
  /** Where snapshots are: <collection>/<name>. */
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-qdrant-'));
  /** Requests in their order, as `METHOD /path`. */
  readonly seen: string[] = [];
  apiKey: string | undefined;
  version = '1.15.4';
  fault: Fault = () => undefined;
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  static async started(port = 0): Promise<FakeQdrant> {
    const fake = new FakeQdrant();
    await new Promise<void>((resolve) => fake.#server.listen(port, '127.0.0.1', resolve));
    return fake;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Names of the snapshots of a collection, whether it is there or not. */
  snapshots(collection: string): string[] {
    const folder = join(this.folder, collection);
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.snapshot')) : [];
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const method = request.method ?? '';
    this.seen.push(`${method} ${decodeURIComponent(url.pathname)}`);
    const fault = this.fault({ method, path: decodeURIComponent(url.pathname) });
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
      if (fault === 'hang') return;
      if (fault === 'cut') return void response.socket?.destroy();
      this.#refuse(request, url.pathname, fault);
      const answer = this.#answer(method, url, Buffer.concat(parts), request, fault);
      if (fault === 'cut after') return void response.socket?.destroy();
      if (Buffer.isBuffer(answer)) return sendFile(response, answer, fault);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      const message = error instanceof Error ? error.message : String(error);
      response.writeHead(status, { 'content-type': 'application/json' });
      // The one answer of Qdrant that is plain text.
      response.end(status === 401 ? message : JSON.stringify({ status: { error: message }, time: 0 }));
    }
  }

  #refuse({ headers }: IncomingMessage, path: string, fault: FaultKind | undefined): void {
    if (fault === 'busy') throw new Refusal(503, 'not ready');
    if (fault === 'disk full') {
      throw new Refusal(500, 'Service internal error: No space left on device (os error 28)');
    }
    if (this.apiKey === undefined || ['/', '/healthz', '/livez', '/readyz'].includes(path)) return;
    const key = headers['api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
    if (key === undefined) throw new Refusal(401, 'Must provide an API key or an Authorization bearer token');
    if (key !== this.apiKey) throw new Refusal(401, `Invalid API key or JWT: ${String(key)}`);
  }

  #answer(method: string, url: URL, body: Buffer, request: IncomingMessage, fault: FaultKind | undefined): unknown {
    const [first, name, ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const what = `${method} ${[first, ...(rest.length > 0 ? rest.slice(0, 2) : [])].join('/')}`;
    const json = () => JSON.parse(body.toString()) as never;
    if (url.pathname === '/') return { title: 'qdrant - vector search engine', version: this.version };
    if (url.pathname === '/readyz') return { ready: true };
    if (url.pathname === '/aliases') return result({ aliases: this.#aliases() });
    if (url.pathname === '/collections' && method === 'GET') {
      return result({ collections: [...this.collections.keys()].map((each) => ({ name: each })) });
    }
    if (url.pathname === '/collections/aliases') return result(this.#changeAliases(json()));
    if (first !== 'collections' || name === undefined) throw new Refusal(404, `no such path ${url.pathname}`);
    if (rest.length === 0) return result(this.#collection(method, name, json));
    if (fault === 'vanish') this.collections.delete(name);
    if (what === 'PUT collections/snapshots/recover') return result(this.#recover(name, json()));
    if (what === 'POST collections/snapshots/upload') return result(this.#upload(name, url, body, request));
    const { points } = this.#known(name);
    if (rest[0] === 'points') return result(this.#points(method, points, rest[1], body.length > 0 ? json() : {}));
    if (rest[0] === 'snapshots') return this.#snapshots(method, name, rest[1], fault);
    throw new Refusal(404, `no such path ${url.pathname}`);
  }

  #known(name: string): Collection {
    const found = this.collections.get(this.aliases.get(name) ?? name);
    if (!found) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return found;
  }

  #aliases() {
    return [...this.aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name }));
  }

  #changeAliases({ actions }: { actions: { create_alias: Record<'alias_name' | 'collection_name', string> }[] }) {
    for (const { create_alias: alias } of actions) {
      this.#known(alias.collection_name);
      if (this.collections.has(alias.alias_name)) throw new Refusal(400, `Collection ${alias.alias_name} exists`);
      this.aliases.set(alias.alias_name, alias.collection_name);
    }
    return true;
  }

  #collection(method: string, name: string, json: () => { vectors: unknown }): unknown {
    if (method === 'DELETE') {
      for (const [alias, of] of this.aliases) if (of === name) this.aliases.delete(alias);
      return this.collections.delete(name);
    }
    if (method === 'PUT') {
      if (this.collections.has(name)) throw new Refusal(409, `Collection \`${name}\` already exists!`);
      this.collections.set(name, { vectors: json().vectors, points: new Map() });
      return true;
    }
    const { points, vectors } = this.#known(name);
    return { status: 'green', points_count: points.size, config: { params: { vectors } } };
  }

  #points(method: string, points: Map<string, Point>, what: string | undefined, body: PointsBody): unknown {
    if (method === 'PUT') for (const point of body.points ?? []) points.set(String(point.id), point);
    else if (what === 'count') return { count: points.size };
    else if (what === 'scroll') {
      const all = [...points.values()];
      const from = body.offset === undefined ? 0 : all.findIndex(({ id }) => id === body.offset);
      const page = all.slice(from, from + (body.limit ?? 10));
      return { points: page, next_page_offset: all[from + page.length]?.id ?? null };
    } else if (what === 'query') return { points: [...points.values()].slice(0, body.limit) };
    else if (what === undefined) return (body.ids ?? []).flatMap((id) => points.get(String(id)) ?? []);
    return { status: 'completed' };
  }

  #snapshots(method: string, collection: string, name: string | undefined, fault: FaultKind | undefined): unknown {
    const folder = join(this.folder, collection);
    if (name === undefined && method === 'GET')
      return result(this.snapshots(collection).map((each) => ({ name: each })));
    if (name === undefined) return result(this.#create(collection, folder, fault));
    const file = join(folder, basename(name));
    if (!existsSync(file)) throw new Refusal(404, `Not found: Snapshot ${name}`);
    if (method === 'GET') return readFileSync(file);
    rmSync(file);
    rmSync(`${file}.checksum`, { force: true });
    return result(true);
  }

  #create(collection: string, folder: string, fault: FaultKind | undefined) {
    const { points, vectors } = this.#known(collection);
    mkdirSync(folder, { recursive: true });
    // Names have whole seconds; a snapshot of the same second would take the place of the other.
    let time = Date.now();
    const at = () => new Date(time).toISOString().slice(0, 19).replace(/[T:]/g, '-');
    while (existsSync(join(folder, `${collection}-7-${at()}.snapshot`))) time += 1000;
    const name = `${collection}-7-${at()}.snapshot`;
    const content = JSON.stringify({ vectors, points: [...points.values()] });
    writeFileSync(join(folder, name), content);
    const checksum = sha256(Buffer.from(content));
    writeFileSync(join(folder, `${name}.checksum`), checksum);
    if (fault === 'altered') writeFileSync(join(folder, name), content.replace(/.$/, '!'));
    return {
      name,
      creation_time: new Date().toISOString().slice(0, 19),
      size: statSync(join(folder, name)).size,
      checksum,
    };
  }

  #recover(name: string, { checksum, location, priority }: Readonly<Record<string, string>>): boolean {
    if (priority !== 'snapshot') throw new Refusal(400, `the priority is ${priority}`);
    const path = fileURLToPath(location ?? '').replace(/^\/qdrant\/snapshots/, this.folder);
    if (!existsSync(path)) throw new Refusal(400, `Bad request: Snapshot file "${path}" does not exist`);
    return this.#restore(name, readFileSync(path), checksum);
  }

  #upload(name: string, { searchParams }: URL, body: Buffer, { headers }: IncomingMessage): boolean {
    if (searchParams.get('priority') !== 'snapshot') throw new Refusal(400, 'the priority is not snapshot');
    const mark = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? '';
    const start = body.indexOf('\r\n\r\n') + 4;
    const content = body.subarray(start, body.lastIndexOf(`\r\n--${mark}--`));
    const file = /name="snapshot"; filename="([^"]+)"/.exec(body.subarray(0, start).toString())?.[1] ?? '';
    // Qdrant keeps what is sent among the snapshots of the collection.
    mkdirSync(join(this.folder, name), { recursive: true });
    writeFileSync(join(this.folder, name, basename(file)), content);
    return this.#restore(name, content, searchParams.get('checksum') ?? undefined);
  }

  #restore(given: string, content: Buffer, checksum: string | undefined): boolean {
    const name = this.aliases.get(given) ?? given;
    const found = sha256(content);
    if (checksum !== undefined && checksum !== found) {
      throw new Refusal(400, `Bad request: Snapshot checksum mismatch: expected ${checksum}, got ${found}`);
    }
    const { points, vectors } = JSON.parse(content.toString()) as { points: Point[]; vectors: unknown };
    const current = this.collections.get(name);
    if (current && JSON.stringify(current.vectors) !== JSON.stringify(vectors)) {
      const differs = `Collection vectors: ${JSON.stringify(current.vectors)}`;
      throw new Refusal(400, `Bad request: Snapshot is not compatible with existing collection: ${differs}`);
    }
    this.collections.set(name, { vectors, points: new Map(points.map((point) => [String(point.id), point])) });
    return true;
  }
}

interface PointsBody {
  readonly points?: readonly Point[];
  readonly ids?: readonly (number | string)[];
  readonly limit?: number;
  readonly offset?: number | string;
}

function result(value: unknown) {
  return { result: value, status: 'ok', time: 0 };
}

function sendFile(response: ServerResponse, content: Buffer, fault: FaultKind | undefined): void {
  response.writeHead(200, { 'content-length': content.length });
  if (fault === undefined) return void response.end(content);
  response.write(content.subarray(0, content.length / 2), () => response.socket?.destroy());
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
