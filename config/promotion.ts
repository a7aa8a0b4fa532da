import { z } from 'zod';
import { childrenOf, innerOf } from './schema-walk';

/**
 * Whether a key is a decision that is tried on one cluster and then taken to the next, or follows from the cluster itself.
 * The mark stands for everything below it, until a key below has a mark of its own. Every key must lie below one, so that
 * a new one is decided about.
 */
const marks = z.registry<{ readonly promoted: boolean }>();

/** Marks a key as a decision to promote. */
export function promoted<T extends z.ZodType>(schema: T): T {
  marks.add(schema, { promoted: true });
  return schema;
}

/** Marks a key that differs from cluster to cluster by its nature. A remote is one: production is not to push to staging's. */
export function perCluster<T extends z.ZodType>(schema: T): T {
  marks.add(schema, { promoted: false });
  return schema;
}

/**
 * Whether a key of a configuration is one to promote.
 *
 * @param schema of the whole configuration
 * @param path of the key, without positions in lists
 * @returns undefined where nobody has decided about it
 */
export function isPromoted(schema: z.ZodType, path: readonly string[]): boolean | undefined {
  const own = markOf(schema);
  const [key, ...rest] = path;
  if (key === undefined) return own;
  for (const next of childrenOf(schema, key)) {
    const below = isPromoted(next, rest);
    if (below !== undefined) return below;
  }
  return own;
}

/** The mark of a schema or of what it wraps. */
function markOf(schema: z.ZodType): boolean | undefined {
  const mark = marks.get(schema)?.promoted;
  const inner = innerOf(schema);
  return mark === undefined && inner ? markOf(inner) : mark;
}
