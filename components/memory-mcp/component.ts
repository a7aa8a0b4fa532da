import type * as pulumi from '@pulumi/pulumi';
import { SystemComponent } from '../register/component';
import type { SecretTree } from '../register/secrets';
import { type StandaloneArgs, standalonePlan } from '../register/standalone';
import type { Endpoint } from '../system/described';
import { memoryMcp } from './index';
import type { MemoryMcpSettingsInput } from './settings';

/** Arguments of {@link MemoryMcp}. Settings and facts are plain data: the objects are known before anything is registered. */
export interface MemoryMcpArgs extends StandaloneArgs {
  /**
   * Settings of the server, as a stack file has them below `memoryMcp`.
   * @default {} – a server with a 1Gi volume of the default class and no route
   * @see components/memory-mcp/settings.ts
   */
  readonly settings?: MemoryMcpSettingsInput;
  /**
   * Values that the settings take from "config": `token`, the GitHub token, and `bearer`, the bearer token of the proxy.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretTree;
}

/** memory-mcp: git-backed memories for AI agents behind an MCP endpoint, one writer on one volume. */
export class MemoryMcp extends SystemComponent {
  /** Where clients find the server, known once it is ready. */
  readonly endpoint: pulumi.Output<Endpoint>;

  /** @throws ConfigError, PolicyError when the arguments are not valid or their plan breaks a rule; nothing is registered then. */
  constructor(name: string, args: MemoryMcpArgs = {}, options?: pulumi.ComponentResourceOptions) {
    super(name, standalonePlan(memoryMcp, name, args), options);
    this.endpoint = this.told.apply(({ inClusterUrl, url }) => ({ inClusterUrl, url }) as Endpoint);
  }
}
