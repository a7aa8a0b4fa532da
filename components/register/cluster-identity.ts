import * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';

/** Thrown when the kubeconfig leads to another cluster than the stack is meant for. */
export class WrongClusterError extends Error {
  constructor(expected: string, found: string) {
    super(
      `this stack belongs to the cluster whose kube-system has the uid ${expected}, but the kubeconfig reaches ${found}; ` +
        'nothing was planned. Choose the right context (cluster.context), or correct cluster.uid if the cluster was rebuilt',
    );
    this.name = 'WrongClusterError';
  }
}

/**
 * Compares the cluster that the provider reaches with the one that the stack names. It asks through the provider itself,
 * so what is compared is what would be written to.
 *
 * @param uid Uid of the namespace kube-system, which no two clusters share.
 * @throws WrongClusterError when they differ
 */
export async function confirmCluster(uid: string, provider: pulumi.ProviderResource): Promise<void> {
  const namespace = k8s.core.v1.Namespace.get('cluster-identity', 'kube-system', { provider });
  const found = await new Promise<string>((resolve) => namespace.metadata.uid.apply(resolve));
  if (found !== uid) throw new WrongClusterError(uid, found);
}
