import type { DescribedObjects } from '../../components/kit/object';

/** The described object of a key, as the type that a test knows it to be. @throws Error where nothing is described */
export function objectOf<T>(objects: DescribedObjects, key: string): T {
  const described = objects[key];
  if (!described) throw new Error(`no object is described as ${key}; there are ${Object.keys(objects).join(', ')}`);
  return described.object as T;
}
