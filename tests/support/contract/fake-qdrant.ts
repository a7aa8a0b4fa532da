import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nearest, type PointsBody, taken } from './fake-qdrant-points';

interface Collection {
  /** What makes snapshots of other vectors unfit for it. */
  readonly vectors: unknown;
  /** What it was made with. */
  readonly made?: unknown;
  readonly points: Map<number | string, unknown>;
  readonly snapshots: Map<string, Buffer>;
}

/** What is answered to everybody. */
const probed: readonly string[] = ['/healthz', '/livez', '/readyz'];

/** What a request is answered with instead of what it asks for; undefined where it is answered as it should be. */
type Fault = (request: { readonly method: string; readonly path: string }) => 'hang' | 'cut' | undefined;

/** An answer that is no success. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The part of Qdrant's REST API that scripts of ours use, by the documentation of 1.15: Qdrant is on no package
 * registry. A snapshot is a JSON document. Never compared with a real one: the names of snapshots, that a snapshot which is
 * sent stays among those of its collection under the name of its file, that vectors which do not fit or have a name that the
 * collection lacks are refused with 400, that a collection which is there is not made again but refused with 409, and that an
 * unknown collection and an unknown snapshot are 404.
 */
export class FakeQdrant {
  readonly collections = new Map<string, Collection>();
  readonly aliases = new Map<string, string>();
  /** Requests in their order, as `METHOD /path`. */
  readonly seen: string[] = [];
  apiKey: string | undefined;
  /** Nodes that it consists of. */
  nodes = 1;
  fault: Fault = () => undefined;
  readonly #server = createServer((request, response) => void this.#receive(request, response));

  /** Listens on a free port of the loopback address, unless it is told otherwise. */
  static async started({ host = '127.0.0.1', port = 0 } = {}): Promise<FakeQdrant> {
    const fake = new FakeQdrant();
    await new Promise<void>((resolve) => fake.#server.listen(port, host, resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Gives a collection points with the ids from 1 on, each with that payload. */
  fill(name: string, points: number, payload = 'as it was', vectors: unknown = { size: 4 }): void {
    const all = Array.from({ length: points }, (_, index) => [index + 1, payload] as const);
    this.collections.set(name, { vectors, points: new Map(all), snapshots: new Map() });
  }

  /** What a volume keeps of it: collections and their points. */
  kept() {
    return [...this.collections].map(([name, { made, points, vectors }]) => ({
      name,
      made,
      vectors,
      points: [...points],
    }));
  }

  /** Has again what a volume has kept. */
  restore(kept: ReturnType<FakeQdrant['kept']>): void {
    for (const { name, points, ...rest } of kept) {
      this.collections.set(name, { ...rest, points: new Map(points), snapshots: new Map() });
    }
  }

  /** Forgets everything, as a lost volume does. */
  lose(): void {
    this.collections.clear();
    this.aliases.clear();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const method = request.method ?? '';
    const path = decodeURIComponent(url.pathname);
    this.seen.push(`${method} ${path}`);
    const fault = this.fault({ method, path });
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
      if (fault === 'hang') return;
      this.#admit(request, path);
      const answer = this.#answer(method, url, Buffer.concat(parts), request);
      if (!Buffer.isBuffer(answer)) {
        response.writeHead(200, { 'content-type': 'application/json' });
        return void response.end(JSON.stringify({ result: answer, status: 'ok', time: 0 }));
      }
      response.writeHead(200, { 'content-length': answer.length });
      if (fault === 'cut') response.write(answer.subarray(0, answer.length / 2), () => response.socket?.destroy());
      else response.end(answer);
    } catch (error) {
      response.writeHead(error instanceof Refusal ? error.status : 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: { error: error instanceof Error ? error.message : String(error) } }));
    }
  }

  #admit({ headers }: IncomingMessage, path: string): void {
    if (this.apiKey === undefined || probed.includes(path) || headers['api-key'] === this.apiKey) return;
    throw new Refusal(401, `Invalid API key or JWT: ${String(headers['api-key'])}`);
  }

  #answer(method: string, url: URL, body: Buffer, request: IncomingMessage): unknown {
    const [first, name = '', what, last = ''] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    if (probed.includes(url.pathname)) return true;
    if (first === 'cluster') return this.#cluster();
    if (first === 'aliases') {
      const all = [...this.aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name }));
      return { aliases: all };
    }
    if (name === '') return { collections: [...this.collections.keys()].map((each) => ({ name: each })) };
    if (name === 'aliases') return this.#setAliases(JSON.parse(body.toString()) as Aliases);
    if (what === undefined) return this.#collection(method, name, body);
    if (what === 'points') return this.#points(method, name, last, body.length > 0 ? JSON.parse(body.toString()) : {});
    if (last === 'upload') return this.#upload(name, url, body, request);
    return this.#snapshots(method, name, last);
  }

  #cluster(): object {
    if (this.nodes === 1) return { status: 'disabled' };
    const peers = Array.from({ length: this.nodes }, (_, index) => [
      String(index),
      { uri: `http://node-${index}:6335/` },
    ]);
    return { status: 'enabled', peer_id: 0, peers: Object.fromEntries(peers) };
  }

  #known(name: string): Collection {
    const found = this.collections.get(this.aliases.get(name) ?? name);
    if (!found) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return found;
  }

  /** One that was filled and not made has one nameless vector. */
  #collection(method: string, name: string, body: Buffer): unknown {
    if (method === 'DELETE') return this.collections.delete(name);
    if (method === 'GET') {
      const { made, vectors } = this.#known(name);
      return { status: 'green', points_count: this.#known(name).points.size, config: { params: made ?? { vectors } } };
    }
    if (this.collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
    const made = JSON.parse(body.toString()) as { vectors: Record<string, { size: number }> };
    const empty = Object.keys(made.vectors).find((each) => !((made.vectors[each]?.size ?? 0) >= 1));
    if (empty) throw new Refusal(422, `Validation error in JSON body: [vectors.${empty}.size: value 0 invalid]`);
    this.collections.set(name, { made, vectors: made.vectors, points: new Map(), snapshots: new Map() });
    return true;
  }

  #points(method: string, name: string, what: string, body: PointsBody): unknown {
    const { points, vectors } = this.#known(name);
    if (what === 'count') return { count: points.size };
    if (what === 'query') return { points: nearest(points, body) };
    if (what === 'delete') body.points?.forEach((id) => void points.delete(id as string));
    if (what === '' && method === 'POST') return (body.ids ?? []).flatMap((id) => points.get(id) ?? []);
    const given = what === 'delete' ? [] : (body.points ?? []);
    const refused = taken(points, given, vectors as Record<string, { size: number }>);
    if (refused) throw new Refusal(400, refused);
    return { status: 'completed', operation_id: 0 };
  }

  #setAliases({ actions }: Aliases): boolean {
    for (const { create_alias: alias } of actions) {
      this.#known(alias.collection_name);
      this.aliases.set(alias.alias_name, alias.collection_name);
    }
    return true;
  }

  #snapshots(method: string, collection: string, name: string): unknown {
    const { made: params, points, snapshots, vectors } = this.#known(collection);
    if (name === '' && method === 'GET') return [...snapshots.keys()].map((each) => ({ name: each }));
    if (name === '') {
      const made = `${collection}-7-${new Date().toISOString().slice(0, 19).replace(/[T:]/g, '-')}.snapshot`;
      const content = Buffer.from(JSON.stringify({ made: params, vectors, points: [...points] }));
      snapshots.set(made, content);
      return { name: made, size: content.length, checksum: createHash('sha256').update(content).digest('hex') };
    }
    const content = snapshots.get(name);
    if (content === undefined) throw new Refusal(404, `Not found: Snapshot ${name}`);
    return method === 'GET' ? content : snapshots.delete(name);
  }

  #upload(name: string, { searchParams }: URL, body: Buffer, { headers }: IncomingMessage): boolean {
    // Without it Qdrant leaves a new collection empty.
    if (searchParams.get('priority') !== 'snapshot') throw new Refusal(400, 'the priority is not snapshot');
    const mark = /boundary=(\S+)/.exec(headers['content-type'] ?? '')?.[1] ?? '';
    const start = body.indexOf('\r\n\r\n') + 4;
    const content = body.subarray(start, body.lastIndexOf(`\r\n--${mark}--`));
    const file = /name="snapshot"; filename="([^"]+)"/.exec(body.subarray(0, start).toString())?.[1] ?? '';
    const { made, points, vectors } = JSON.parse(content.toString()) as {
      made?: unknown;
      points: [number | string, unknown][];
      vectors: unknown;
    };
    const real = this.aliases.get(name) ?? name;
    const current = this.collections.get(real);
    if (current && JSON.stringify(current.vectors) !== JSON.stringify(vectors)) {
      throw new Refusal(400, 'Bad request: Snapshot is not compatible with existing collection');
    }
    const snapshots = current?.snapshots ?? new Map<string, Buffer>();
    this.collections.set(real, { made, vectors, points: new Map(points), snapshots: snapshots.set(file, content) });
    return true;
  }
}

interface Aliases {
  readonly actions: readonly { readonly create_alias: Record<'alias_name' | 'collection_name', string> }[];
}
