import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { IPodSpec, IVolume } from 'kubernetes-models/v1';

type Contents = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Makes the volumes of a pod.
 *
 * @param configMaps contents by names
 * @param secrets values by `name/key`
 * @returns their folders by the paths at which containers find them
 */
export function mounted(
  { containers, initContainers = [], volumes = [] }: IPodSpec,
  folder: string,
  configMaps: Contents,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const paths: Record<string, string> = {};
  for (const { mountPath, name } of [...initContainers, ...containers].flatMap((each) => each.volumeMounts ?? [])) {
    const volume = volumes.find((each) => each.name === name);
    const place = join(folder, name);
    paths[mountPath] = place;
    mkdirSync(place, { recursive: true });
    for (const [path, content] of Object.entries(filesIn(volume, configMaps, secrets))) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), content);
    }
  }
  return paths;
}

/** The files of a volume that is made of an object. @throws Error where one is missing that is not optional */
function filesIn(
  { configMap, secret }: IVolume = { name: '' },
  configMaps: Contents,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = secret
    ? Object.fromEntries(
        Object.entries(secrets).flatMap(([at, value]) => {
          const [name, key = ''] = at.split('/');
          return name === secret.secretName ? [[key, value]] : [];
        }),
      )
    : (configMaps[configMap?.name ?? ''] ?? {});
  const source = secret ?? configMap;
  if (!source) return {};
  const items = source.items ?? Object.keys(own).map((key) => ({ key, path: key }));
  return Object.fromEntries(
    items.flatMap(({ key, path }) => {
      const content = own[key];
      if (content !== undefined) return [[path, content]];
      if (source.optional) return [];
      throw new Error(`${secret?.secretName ?? configMap?.name} has no ${key}`);
    }),
  );
}
