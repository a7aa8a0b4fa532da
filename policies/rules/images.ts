import { containersOf, podOf } from '../pods';
import type { Rule } from '../rule';

export const pinnedImages: Rule = {
  name: 'pinned-images',
  demand: 'images name a version, on production stacks by digest too; latest names none',
  check(object, { cluster }) {
    const pod = podOf(object);
    if (!pod) return [];
    return containersOf(pod).flatMap(({ name, image = '' }) => {
      const [reference = '', digest] = image.split('@');
      const tag = /:([^/:]+)$/.exec(reference)?.[1];
      if (tag === undefined || tag === 'latest') return [`container ${name} runs ${image}, which names no version`];
      if (cluster.production && !digest) return [`container ${name} runs ${image} without a digest`];
      return [];
    });
  },
};
