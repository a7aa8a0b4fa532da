import { overlayFolder } from '../../components/kit/parts/delivery';
import { keyOfOwned, nameOf, ownedOf, type PlanRule } from '../plan-rule';

export const ownFolders: PlanRule = {
  name: 'own-folders',
  demand: 'an Application of Argo CD syncs the folder of its own system alone: two that own one object fight over it',
  check(plan) {
    const applications = ownedOf(plan, 'Application');
    return applications.flatMap((owned) => {
      const path = owned.object.spec.source?.path ?? '';
      const others = plan.systems.filter((system) => system !== owned.system);
      return others.flatMap((system) => {
        const theirs = [
          `${overlayFolder(plan.cluster)}/${system.id}`,
          ...applications.flatMap((each) => (each.system === system ? (each.object.spec.source?.path ?? []) : [])),
        ];
        const held = theirs.find((folder) => folder === path || folder.startsWith(`${path}/`));
        if (held === undefined) return [];
        const fault = `syncs ${path}, which holds ${held} of ${system.path.join('.')}: see ${keyOfOwned(owned)}`;
        return [{ object: nameOf(owned), fault }];
      });
    });
  },
};
