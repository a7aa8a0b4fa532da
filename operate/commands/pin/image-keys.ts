import { mirrored } from '../../../components/kit/parts/pods/mirror';
import { valueAt } from '../../../config/problems';
import { containersOf, podOf } from '../../../policies/pods';
import type { DescribedStack } from '../../stack';
import { describedIn } from '../../stack/plan-objects';
import type { KeyPath } from '../../stack-file/splice';

/**
 * An image as the plan runs it, and the keys of the stack file that name it, written there or a default. With a mirror the
 * two are different names of the same content.
 */
export interface KeyedImage {
  readonly image: string;
  readonly keys: readonly ImageKey[];
}

export interface ImageKey {
  readonly path: KeyPath;
  /** What the key says. */
  readonly text: string;
}

/** Every image that the plan runs, by name. One without a key is written in a component and cannot be set. */
export function imagesOf({ config, plan }: DescribedStack): readonly KeyedImage[] {
  const run = describedIn(plan).flatMap(({ object }) => {
    const pod = podOf(object);
    return pod ? containersOf(pod).map(({ image = '' }) => image) : [];
  });
  const texts = plan.systems.flatMap(({ path, pods = {} }) =>
    textsIn(valueAt(config, path), path).map((key) => ({ ...key, pulled: mirrored(key.text, pods) })),
  );
  return [...new Set(run)].sort().map((image) => ({ image, keys: texts.filter(({ pulled }) => pulled === image) }));
}

/** Every text of a configuration by its path. Lists hold no images. */
function textsIn(value: unknown, path: KeyPath): readonly ImageKey[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, held]) => textsIn(held, [...path, key]));
}
