import type * as pulumi from '@pulumi/pulumi';
import { SystemComponent } from '../register/component';
import type { SecretTree } from '../register/secrets';
import { type StandaloneArgs, standalonePlan } from '../register/standalone';
import type { Endpoint } from '../system/described';
import { personalKnowledge } from './index';
import type { PersonalKnowledgeSettingsInput } from './settings';

/** Arguments of {@link PersonalKnowledge}. Settings and facts are plain data: the objects are known before anything is registered. */
export interface PersonalKnowledgeArgs extends StandaloneArgs {
  /**
   * Settings, as a stack file has them below `personalKnowledge`, with one instance: several are several components. Only its
   * `image` is required: upstream publishes none.
   * @see components/personal-knowledge/settings/index.ts
   */
  readonly settings: PersonalKnowledgeSettingsInput;
  /**
   * Values that the settings take from "config", below the name of the instance: those of its Secret, `bearer` and
   * `backupPassword`.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretTree;
}

/** Personal Knowledge MCP: one instance of it, with stores of its own in a namespace of its own. */
export class PersonalKnowledge extends SystemComponent {
  /** Where clients find the server, by its transports, known once everything is ready. */
  readonly endpoints: pulumi.Output<Readonly<Record<'http' | 'sse', Endpoint>>>;

  /** @throws ConfigError, PolicyError when the arguments are not valid or their plan breaks a rule; nothing is registered then. */
  constructor(name: string, args: PersonalKnowledgeArgs, options?: pulumi.ComponentResourceOptions) {
    super(name, standalonePlan(personalKnowledge, name, args), options);
    this.endpoints = this.told.apply(({ endpoints }) => endpoints as Readonly<Record<'http' | 'sse', Endpoint>>);
  }
}
