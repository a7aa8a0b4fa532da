import { containersOf, podOf } from '../../../../policies/pods';
import { pinnedImages } from '../../../../policies/rules/images';
import { describedIn } from '../../../stack/plan-objects';
import { type Check, ok, warning } from '../check';

/** A tag can be moved to another image at any time, a digest cannot. */
export const images: Check = ({ stack }) => {
  const reasons = new Map<string, string | undefined>();
  for (const { object, waivers = [] } of describedIn(stack.plan)) {
    const pod = podOf(object);
    const reason = waivers.find(({ rule }) => rule === pinnedImages.name)?.reason;
    for (const { image = '' } of pod ? containersOf(pod) : []) reasons.set(image, reasons.get(image) ?? reason);
  }
  return [...reasons].map(([image, reason]) => {
    const [name = '', digest] = image.split('@');
    return {
      subject: `image ${name}`,
      answer: () =>
        digest
          ? ok(`pinned by ${digest.slice(0, 'sha256:'.length + 12)}…`)
          : warning(`not pinned by a digest${reason ? `: ${reason}` : ''}`, `npx fleet pin --stack ${stack.name}`),
    };
  });
};
