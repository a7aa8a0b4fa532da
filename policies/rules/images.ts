import type { PlannedObject } from '../../components/system/planned-object';
import { containersOf, podOf } from '../pods';
import type { Rule } from '../rule';

export const pinnedImages: Rule = {
  name: 'pinned-images',
  demand: 'images name a version, on production stacks by digest too; latest names none',
  check(object, { cluster }) {
    return runIn(object).flatMap(({ image, who }) => {
      const [reference = '', digest] = image.split('@');
      const tag = /:([^/:]+)$/.exec(reference)?.[1];
      if (tag === undefined || tag === 'latest') return [`${who} runs ${image}, which names no version`];
      if (cluster.production && !digest) return [`${who} runs ${image} without a digest`];
      return [];
    });
  },
};

/** The images that pods of an object run, an operator's among them, and which containers do. */
function runIn(object: PlannedObject): { readonly who: string; readonly image: string }[] {
  if (object.kind === 'Cluster') return [{ who: 'the operator', image: object.spec?.imageName ?? '' }];
  const pod = podOf(object);
  return pod ? containersOf(pod).map(({ name, image = '' }) => ({ who: `container ${name}`, image })) : [];
}
