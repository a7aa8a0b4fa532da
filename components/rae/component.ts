import type * as pulumi from '@pulumi/pulumi';
import { SystemComponent } from '../register/component';
import type { SecretTree } from '../register/secrets';
import { type StandaloneArgs, standalonePlan } from '../register/standalone';
import type { Endpoint } from '../system/described';
import { rae } from './index';
import type { RaeSettingsInput } from './settings';

/** Arguments of {@link Rae}. Settings and facts are plain data: the objects are known before anything is registered. */
export interface RaeArgs extends StandaloneArgs {
  /**
   * Settings, as a stack file has them below `rae`. Only its `image` is required: no image of upstream starts as it is.
   * @see components/rae/settings/index.ts
   */
  readonly settings: RaeSettingsInput;
  /**
   * Values that the settings take from "config": those of its Secret, `clients` and `backupPassword`.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretTree;
}

/** RAE Memory Engine: API, ML service, workers, beat and stores in a namespace of its own. */
export class Rae extends SystemComponent {
  /** Where clients find the API, known once everything is ready. */
  readonly endpoint: pulumi.Output<Endpoint>;

  /** @throws ConfigError, PolicyError when the arguments are not valid or their plan breaks a rule; nothing is registered then. */
  constructor(name: string, args: RaeArgs, options?: pulumi.ComponentResourceOptions) {
    super(name, standalonePlan(rae, name, args), options);
    this.endpoint = this.told.apply(({ endpoint }) => endpoint as Endpoint);
  }
}
