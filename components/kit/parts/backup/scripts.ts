import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IVolume } from 'kubernetes-models/v1';
import type { StoreBackup } from './store';

/** The files of a folder by their names. */
export function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const common = filesOf(join(__dirname, 'scripts'));

/** All scripts for one ConfigMap: the common ones under their names, a store's under `<store>.<file>`. */
export function scriptsOf(stores: readonly StoreBackup[]): Readonly<Record<string, string>> {
  const own = stores.flatMap(({ name, scripts }) =>
    Object.entries(scripts).map(([file, content]) => [keyOf(name, file), content] as const),
  );
  return { ...common, ...Object.fromEntries(own) };
}

/**
 * The volume with the scripts, in which each store has a folder of its own.
 *
 * @param further names of scripts that the ConfigMap has besides
 */
export function scriptsVolume(
  configMap: string,
  stores: readonly StoreBackup[],
  further: readonly string[] = [],
): IVolume {
  const items = [
    ...[...Object.keys(common), ...further].map((key) => ({ key, path: key })),
    ...stores.flatMap(({ name, scripts }) =>
      Object.keys(scripts).map((file) => ({ key: keyOf(name, file), path: `${name}/${file}` })),
    ),
  ];
  return { name: 'scripts', configMap: { name: configMap, items } };
}

function keyOf(store: string, file: string): string {
  return `${store}.${file}`;
}
