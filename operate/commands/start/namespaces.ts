import { Failure } from '../../base/failure';
import { type Look, ownerOf, ownNamespaceOf, podsInWords } from '../../live/own-namespace';
import type { DescribedStack } from '../../stack';

/** @throws Failure where a namespace that a system would make for itself is one in which others live */
export async function refuseOthersNamespaces(look: Look, { plan }: Pick<DescribedStack, 'plan'>): Promise<void> {
  for (const system of plan.systems) {
    const own = ownNamespaceOf(system);
    const owner = own && (await ownerOf(look, system, own));
    if (!own || typeof owner !== 'object' || owner.others.length === 0) continue;
    throw new Failure(
      `namespace ${own.name} of this cluster is somebody else's, and would be closed for ${podsInWords(owner.others)}`,
      `name another one by ${own.key} in the stack file`,
    );
  }
}
