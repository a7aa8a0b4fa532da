import { z } from 'zod';

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

/** The schemas of a key: one of a map, one of each variant of a union that has it, that of the values where names are free. */
function childrenOf(schema: z.ZodType, key: string): z.ZodType[] {
  const inner = innerOf(schema);
  if (inner) return childrenOf(inner, key);
  if (schema instanceof z.ZodObject) return schema.shape[key] ? [schema.shape[key] as z.ZodType] : [];
  // The names of a map are free: what is said of one holds for all.
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => childrenOf(option as z.ZodType, key));
  return [];
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  return innerType ?? input;
}
