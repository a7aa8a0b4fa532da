import type * as k8s from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { NamedCluster } from '../system';

/** Arguments of the provider, those of newer SDKs among them: an SDK passes on the ones that it knows and no others. */
export interface ProviderArgs extends k8s.ProviderArgs {
  /**
   * Whether creating an object that is there already takes it over, as the pinned version does. Since 4.29 the provider
   * otherwise refuses, so that nothing could be adopted and a killed run not be continued.
   */
  readonly upsertExistingObjects?: pulumi.Input<boolean | undefined>;
}

/** How the objects of a stack are written to its cluster. */
export function providerArgs({ context, name }: NamedCluster): ProviderArgs {
  return {
    // Without an identifier an edited kubeconfig would plan the replacement of every object.
    clusterIdentifier: name,
    // The provider would otherwise replace these objects when their content changes, which takes them away for a moment.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    upsertExistingObjects: true,
    ...(context ? { context } : {}),
  };
}
