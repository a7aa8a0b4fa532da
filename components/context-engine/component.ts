import type * as pulumi from '@pulumi/pulumi';
import { SystemComponent } from '../register/component';
import type { SecretTree } from '../register/secrets';
import { type StandaloneArgs, standalonePlan } from '../register/standalone';
import type { Endpoint } from '../system/described';
import { contextEngine } from './index';
import type { ContextEngineSettingsInput } from './settings';

/** Arguments of {@link ContextEngine}. Settings and facts are plain data: the objects are known before anything is registered. */
export interface ContextEngineArgs extends StandaloneArgs {
  /**
   * Settings, as a stack file has them below `contextEngine`. Only `image` is required: upstream publishes none.
   * @see components/context-engine/settings/index.ts
   */
  readonly settings: ContextEngineSettingsInput;
  /**
   * Values that the settings take from "config": `qdrantKey`, the API key of Qdrant, and `bearer`, the bearer token of the
   * proxies.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretTree;
}

/** Context Engine: search in code and memories for AI agents, on Qdrant, with a watcher for each repository. */
export class ContextEngine extends SystemComponent {
  /** Where clients find each server, by its name, known once everything is ready. */
  readonly endpoints: pulumi.Output<Readonly<Record<string, Endpoint>>>;

  /** @throws ConfigError, PolicyError when the arguments are not valid or their plan breaks a rule; nothing is registered then. */
  constructor(name: string, args: ContextEngineArgs, options?: pulumi.ComponentResourceOptions) {
    super(name, standalonePlan(contextEngine, name, args), options);
    this.endpoints = this.told.apply(({ endpoints }) => endpoints as Readonly<Record<string, Endpoint>>);
  }
}
