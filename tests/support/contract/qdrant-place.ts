import type { FakeQdrant, Point } from './fake-qdrant';

/** A Qdrant that tests fill and empty. */
export interface Place {
  readonly name: string;
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** Where its snapshots are on this machine; absent where they are not. */
  readonly snapshotsDir?: string | undefined;
  /** What Qdrant itself calls that folder. */
  readonly location: string;
  stop(): Promise<void>;
}

/** Sizes of the vectors of the test's collections. */
const vectors = { dense: { size: 4, distance: 'Cosine' } };

export async function fakePlace(fake: FakeQdrant): Promise<Place> {
  const { apiKey, folder: snapshotsDir, url } = fake;
  return { name: 'a made Qdrant', url, apiKey, snapshotsDir, location: '/qdrant/snapshots', stop: () => fake.stop() };
}

/** The Qdrant that the environment names. @throws Error where it has anything in it, because the tests empty it */
export async function realPlace(url: string): Promise<Place> {
  const { QDRANT_API_KEY: apiKey, QDRANT_SNAPSHOTS_DIR: snapshotsDir } = process.env;
  const place = {
    ...{ name: `the Qdrant at ${url}`, url, apiKey, snapshotsDir, location: snapshotsDir ?? '' },
    stop: async () => undefined,
  };
  const found = await collectionsOf(place);
  if (found.length > 0) throw new Error(`${url} has collections, and the tests empty it: ${found.join(', ')}`);
  return place;
}

/** One request as Qdrant wants it. @returns what is in `result` */
export async function ask<T>({ apiKey, url }: Place, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(apiKey ? { 'api-key': apiKey } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (JSON.parse(text) as { result: T }).result;
}

export async function collectionsOf(place: Place): Promise<string[]> {
  const { collections } = await ask<{ collections: { name: string }[] }>(place, 'GET', '/collections');
  return collections.map(({ name }) => name).sort();
}

/** Makes a collection, where it is not there, and puts that many points into it, numbered from one. */
export async function fill(place: Place, collection: string, count: number, text = 'about'): Promise<void> {
  const path = `/collections/${encodeURIComponent(collection)}`;
  if (!(await collectionsOf(place)).includes(collection)) await ask(place, 'PUT', path, { vectors });
  if (count === 0) return;
  const points = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    vector: { dense: [1, 0, 0, 0] },
    payload: { text: `${text} ${i + 1}` },
  }));
  await ask(place, 'PUT', `${path}/points?wait=true`, { points });
}

export async function alias(place: Place, name: string, collection: string): Promise<void> {
  const actions = [{ create_alias: { collection_name: collection, alias_name: name } }];
  await ask(place, 'POST', '/collections/aliases', { actions });
}

/** Text of a point, by which tests know what is in a collection. */
export async function textOf(place: Place, collection: string, id: number): Promise<unknown> {
  const path = `/collections/${encodeURIComponent(collection)}/points`;
  const [point] = await ask<Point[]>(place, 'POST', path, { ids: [id], with_payload: true });
  return (point?.payload as { text?: string } | undefined)?.text;
}

/** The aliases, as `alias of collection`. */
export async function aliasesOf(place: Place): Promise<string[]> {
  const { aliases } = await ask<{ aliases: { alias_name: string; collection_name: string }[] }>(
    place,
    'GET',
    '/aliases',
  );
  return aliases.map(({ alias_name, collection_name }) => `${alias_name} of ${collection_name}`).sort();
}

/** Removes every collection and its snapshots. */
export async function empty(place: Place): Promise<void> {
  for (const collection of await collectionsOf(place)) {
    const path = `/collections/${encodeURIComponent(collection)}`;
    for (const { name } of await ask<{ name: string }[]>(place, 'GET', `${path}/snapshots`)) {
      await ask(place, 'DELETE', `${path}/snapshots/${encodeURIComponent(name)}`);
    }
    await ask(place, 'DELETE', path);
  }
}
