import { execa } from 'execa';
import { toolPath } from '../../../operate/toolchain';
import type { ArgoCd } from './argocd';
import { controlPlane } from './control-plane';

/**
 * What Argo CD does with the sync option ServerSideApply=true: a forced server-side apply under its manager's name.
 * It prunes nothing here.
 */
export function serverSideArgoCd(): ArgoCd {
  const { cluster, folder, tools } = controlPlane();
  let merged = '';
  return {
    merge: async (manifests) => {
      merged = manifests;
    },
    sync: async () => {
      const { stdout } = await execa(
        toolPath(tools, 'kubectl'),
        ['apply', '--server-side', '--force-conflicts', '--field-manager=argocd-controller', '--filename=-'],
        { input: merged, env: { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: `${folder}/kubectl` } },
      );
      return stdout.split('\n');
    },
    stop: async () => undefined,
  };
}
