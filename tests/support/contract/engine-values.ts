import { encrypted } from '../../../config/fields';

type Data = Record<string, unknown>;

/**
 * The configuration of a stack, as the engine's flat map of texts or as data, in one form: data by full key, and which keys
 * hold something encrypted.
 */
export function dataOf(values: unknown): { readonly values: Data; readonly secure: readonly string[] } {
  const given = values as Data;
  if (Array.isArray(given.secure) && typeof given.values === 'object') {
    return { values: mapped(given.values as Data, asData), secure: [...(given.secure as string[])].sort() };
  }
  const secure = Object.keys(given).filter((key) => holdsEncrypted(given[key]));
  return { values: mapped(given, (value) => asData(asText(value))), secure: secure.sort() };
}

function mapped(data: Data, change: (value: unknown) => unknown): Data {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, change(value)]));
}

function asText(value: unknown): string {
  const plain = value === encrypted ? '[encrypted]' : value;
  return typeof plain === 'string'
    ? plain
    : JSON.stringify(plain, (_, held) => (held === encrypted ? '[encrypted]' : held));
}

/** The texts of lists, maps and numbers are JSON, in which one number has several spellings. */
function asData(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return text;
  }
}

function holdsEncrypted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === encrypted;
  return Object.values(value).some(holdsEncrypted);
}
