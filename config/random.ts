import { z } from 'zod';
import { childrenOf } from './schema-walk';

const marks = z.registry<{ readonly random: true }>();

/** Marks an encrypted value as one for which any will do that nobody can guess, so that a command may make it. */
export function random<T extends z.ZodType>(schema: T): T {
  marks.add(schema, { random: true });
  return schema;
}

/** Whether the value at a path is such a one. */
export function isRandom(schema: z.ZodType, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return marks.has(schema);
  return childrenOf(schema, key).some((next) => isRandom(next, rest));
}
