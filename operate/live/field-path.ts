/**
 * A field of an object, from the outside in, each step as managed fields write it: `f:spec` is a field of a map,
 * `k:{"name":"x"}` the item of a list with these keys, `v:"x"` a value of a set, `i:3` a place in a list.
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export type FieldPath = readonly string[];

/** A path as an operator reads it, such as `spec.containers[name=server].env[name=A].value`. */
export function pathInWords(path: FieldPath): string {
  return path.map(stepInWords).join('').replace(/^\./, '');
}

function stepInWords(step: string): string {
  const rest = step.slice(2);
  switch (step.slice(0, 2)) {
    case 'f:':
      return /^[\w-]+$/.test(rest) ? `.${rest}` : `["${rest}"]`;
    case 'k:': {
      const keys = JSON.parse(rest) as Record<string, unknown>;
      return `[${Object.entries(keys)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}]`;
    }
    default:
      return `[${rest}]`;
  }
}

/** The value of a field; undefined where there is none. */
export function valueAt(object: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(stepInto, object);
}

/** The value behind one step. */
export function stepInto(value: unknown, step: string): unknown {
  const rest = step.slice(2);
  if (step.startsWith('f:')) return isMap(value) ? value[rest] : undefined;
  if (!Array.isArray(value)) return undefined;
  if (step.startsWith('i:')) return value[Number(rest)];
  const wanted = JSON.parse(rest);
  return step.startsWith('v:') ? value.find((item) => item === wanted) : value.find((item) => hasKeys(item, wanted));
}

/** Whether an item of a list is the one with these keys. */
export function hasKeys(item: unknown, keys: Readonly<Record<string, unknown>>): boolean {
  return isMap(item) && Object.entries(keys).every(([key, value]) => item[key] === value);
}

/** Whether something is an object with fields, not a list. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
