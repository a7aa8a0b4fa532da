/** Values by their paths as maps of maps, as a stack file has its settings. */
export function nested(
  values: readonly (readonly [path: readonly string[], value: unknown])[],
): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of values) {
    const last = path.at(-1);
    if (last === undefined) continue;
    let map = root;
    for (const key of path.slice(0, -1)) {
      map[key] ??= {};
      map = map[key] as Record<string, unknown>;
    }
    map[last] = value;
  }
  return root;
}
