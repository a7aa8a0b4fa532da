import type * as pulumi from '@pulumi/pulumi';
import { SystemComponent } from '../register/component';
import { type StandaloneArgs, standalonePlan } from '../register/standalone';
import { clusterAddons } from './index';
import type { ClusterAddonsSettingsInput } from './settings';

/** Arguments of {@link ClusterAddons}. Settings and facts are plain data: the objects are known before anything is registered. */
export interface ClusterAddonsArgs extends Omit<StandaloneArgs, 'secrets'> {
  /**
   * Settings, as a stack file has them below `clusterAddons`.
   * @default {} – the cert-manager that is there, and no issuer
   * @see components/cluster-addons/settings/index.ts
   */
  readonly settings?: ClusterAddonsSettingsInput;
}

/** cert-manager, installed or used as it is, and issuers of certificates for the whole cluster. */
export class ClusterAddons extends SystemComponent {
  /** @throws ConfigError, PolicyError when the arguments are not valid or their plan breaks a rule; nothing is registered then. */
  constructor(name: string, args: ClusterAddonsArgs = {}, options?: pulumi.ComponentResourceOptions) {
    super(name, standalonePlan(clusterAddons, name, args), options);
  }
}
