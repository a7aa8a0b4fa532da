import * as pulumi from '@pulumi/pulumi';
import { type ClusterFactsInput, clusterSchema } from '../../config/cluster';
import { parse } from '../../config/parse';
import { registeredObjects } from '../kit/parts/registered-objects';
import { registerObjects, type SecretValues } from '../register/objects';
import type { Endpoint } from '../system/described';
import { describeMemoryMcp } from './objects';
import { type MemoryMcpSettingsInput, memoryMcpSchema } from './settings';

/** Arguments of {@link MemoryMcp}. Both are plain data, because the objects are known before anything is registered. */
export interface MemoryMcpArgs {
  /**
   * Settings of the server, as a stack file has them below `memoryMcp`.
   * @default {} – a server with a 1Gi volume of the default class and no route
   * @see components/memory-mcp/settings.ts
   */
  readonly settings?: MemoryMcpSettingsInput;
  /**
   * Facts about the cluster, as a stack file has them below `cluster`.
   * @default {} – what holds on every conformant cluster
   * @see config/cluster.ts
   */
  readonly cluster?: ClusterFactsInput;
  /**
   * Values that the settings take from the encrypted configuration: `memoryMcpToken`, the GitHub token, and
   * `memoryMcpBearer`, the bearer token of the proxy.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretValues;
}

/** memory-mcp: git-backed memories for AI agents behind an MCP endpoint, one writer on one volume. */
export class MemoryMcp extends pulumi.ComponentResource {
  /** Namespace of the server. */
  readonly namespace: pulumi.Output<string>;
  /** Where clients find the server, known once it is ready. */
  readonly endpoint: pulumi.Output<Endpoint>;

  /** @throws ConfigError when the arguments are not valid; nothing is registered then. */
  constructor(name: string, args: MemoryMcpArgs = {}, options?: pulumi.ComponentResourceOptions) {
    const settings = parse(memoryMcpSchema, args.settings ?? {}, `${name}.settings`);
    const cluster = parse(clusterSchema, args.cluster ?? {}, `${name}.cluster`);
    super('memory-fleet:index:MemoryMcp', name, {}, options);
    const plan = describeMemoryMcp(settings, cluster);
    const resources = registerObjects(name, registeredObjects(plan.objects, cluster), this, args.secrets);
    this.namespace = pulumi.output(plan.namespace);
    this.endpoint = pulumi.all(Object.values(resources).map(({ urn }) => urn)).apply(() => plan.endpoint);
    this.registerOutputs({ namespace: this.namespace, endpoint: this.endpoint });
  }
}
