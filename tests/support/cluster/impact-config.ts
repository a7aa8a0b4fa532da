/** What a stack file says below the project's prefix. */
export type Config = Readonly<Record<string, unknown>>;

/** The value of a key; `[]` in its path is the first entry of a list. */
export function valueAt(config: Config, path: string): unknown {
  return partsOf(path).reduce<unknown>((value, part) => (value as Parent | undefined)?.[part], config);
}

/** A configuration with other values, by path; undefined leaves a key out. Maps on the way are made. */
export function changed(config: Config, values: Readonly<Record<string, unknown>>): Config {
  const copy = structuredClone(config) as Parent;
  for (const [path, value] of Object.entries(values)) {
    const parts = partsOf(path);
    const last = parts.pop() as string | number;
    const parent = parts.reduce<Parent>((object, part) => {
      object[part] ??= {};
      return object[part] as Parent;
    }, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return copy;
}

type Parent = Record<string | number, unknown>;

function partsOf(path: string): (string | number)[] {
  return path.split('.').flatMap((part) => (part.endsWith('[]') ? [part.slice(0, -2), 0] : [part]));
}
