import type { KubeConfig } from '@kubernetes/client-node';
import { Failure, messageOf, throwIfInterrupted } from '../base/failure';
import { forwardPort } from '../cluster/port-forward';

/** A point with its payload and vectors. */
export interface Point {
  readonly id: number | string;
  readonly payload?: unknown;
  readonly vector?: unknown;
}

/** A Qdrant, as far as a look at its content needs it. */
export interface Qdrant {
  /** Every collection with its number of points. */
  readonly counts: () => Promise<Readonly<Record<string, number>>>;
  /** Every alias with its collection. */
  readonly aliases: () => Promise<Readonly<Record<string, string>>>;
  /** That many points of a collection, each as likely as any other. */
  readonly sample: (collection: string, count: number) => Promise<readonly Point[]>;
  /** The points with these ids that are there. */
  readonly points: (collection: string, ids: readonly Point['id'][]) => Promise<readonly Point[]>;
}

/** An open connection, which ends with `close`. */
export type OpenQdrant = Qdrant & { readonly close: () => Promise<void> };

/** Opens a Qdrant in a pod through a forwarded port. */
export async function openPodQdrant(
  kubeConfig: KubeConfig,
  pod: { readonly namespace: string; readonly pod: string; readonly port: number },
  apiKey: string | undefined,
  signal: AbortSignal | undefined,
): Promise<OpenQdrant> {
  const forwarded = await forwardPort(kubeConfig, pod);
  return { ...qdrantAt(`http://127.0.0.1:${forwarded.port}`, apiKey, signal), close: forwarded.close };
}

/** Seconds that an answer may take. */
const answerSeconds = 120;

/** A Qdrant by the URL of its REST API. */
export function qdrantAt(url: string, apiKey?: string, signal?: AbortSignal): Qdrant {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    throwIfInterrupted(signal);
    try {
      return await request<T>(url, apiKey, method, path, body);
    } catch (error) {
      throw new Failure(
        `Qdrant does not answer ${method} ${path}: ${messageOf(error)}`,
        'check its pod and your rights',
        {
          cause: error,
        },
      );
    }
  };
  const within = (collection: string) => `/collections/${encodeURIComponent(collection)}/points`;
  const whole = { with_payload: true, with_vector: true };
  return {
    counts: async () => {
      const { collections } = await ask<{ collections: readonly { name: string }[] }>('GET', '/collections');
      const counts: Record<string, number> = {};
      for (const { name } of [...collections].sort((a, b) => a.name.localeCompare(b.name))) {
        counts[name] = (await ask<{ count: number }>('POST', `${within(name)}/count`, { exact: true })).count;
      }
      return counts;
    },
    aliases: async () => {
      const { aliases } = await ask<{ aliases: readonly Alias[] }>('GET', '/aliases');
      return Object.fromEntries(aliases.map(({ alias_name, collection_name }) => [alias_name, collection_name]));
    },
    sample: async (collection, limit) => {
      const query = { sample: 'random' };
      const { points } = await ask<{ points: readonly Point[] }>('POST', `${within(collection)}/query`, {
        ...{ query, limit },
        ...whole,
      });
      return points;
    },
    points: (collection, ids) => ask('POST', within(collection), { ids, ...whole }),
  };
}

interface Alias {
  readonly alias_name: string;
  readonly collection_name: string;
}

async function request<T>(url: string, apiKey: string | undefined, method: string, path: string, body: unknown) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(apiKey ? { 'api-key': apiKey } : {}) },
    signal: AbortSignal.timeout(answerSeconds * 1000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return ((await response.json()) as { result: T }).result;
}
