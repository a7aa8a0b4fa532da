import { engineObject, fieldManager } from '../../../components/register/objects';
import { connect } from '../../../operate/cluster/api';
import { kindsOf } from '../../../operate/cluster/kinds';
import { dryRunApply } from '../../../operate/live/dry-run';
import type { Difference } from './impact-difference';

/** Whether the API server accepts every object that a difference creates or updates, exactly as the engine would send it. */
export type Acceptance = (difference: Difference) => Promise<boolean>;

/** Asks an API server, without the engine. Values are judged by nobody else. */
export async function acceptanceBy(kubeconfig: string): Promise<Acceptance> {
  const api = await connect(kubeconfig);
  const kinds = kindsOf(api);
  return async ({ objects }) => {
    for (const { object, operation } of objects) {
      if (operation === 'delete') continue;
      const kind = await kinds.find(object.apiVersion, object.kind);
      if (!kind) return false;
      const { accepted } = await dryRunApply(api, kind, engineObject(object), fieldManager);
      if (!accepted) return false;
    }
    return true;
  };
}
