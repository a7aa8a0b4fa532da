import { z } from 'zod';

/** The schemas of a key: one of a map, one of each variant of a union that has it, that of the values where names are free. */
export function childrenOf(schema: z.ZodType, key: string): z.ZodType[] {
  const inner = innerOf(schema);
  if (inner) return childrenOf(inner, key);
  if (schema instanceof z.ZodObject) return schema.shape[key] ? [schema.shape[key] as z.ZodType] : [];
  // The names of a map are free: what is said of one holds for all.
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => childrenOf(option as z.ZodType, key));
  return [];
}

/** What a schema wraps, such as a default or an option. */
export function innerOf(schema: z.ZodType): z.ZodType | undefined {
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  return innerType ?? input;
}
