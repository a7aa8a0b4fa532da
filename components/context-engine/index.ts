import * as pulumi from '@pulumi/pulumi';
import { type ClusterFactsInput, clusterSchema } from '../../config/cluster';
import { parse } from '../../config/parse';
import { registeredObjects } from '../kit/parts/registered-objects';
import { registerObjects, type SecretValues } from '../register/objects';
import type { Endpoint } from '../system/described';
import { describeContextEngine } from './objects';
import { type ContextEngineSettingsInput, contextEngineSchema } from './settings';

/** Arguments of {@link ContextEngine}. Both are plain data, because the objects are known before anything is registered. */
export interface ContextEngineArgs {
  /**
   * Settings, as a stack file has them below `contextEngine`. Only `image` is required: upstream publishes none.
   * @see components/context-engine/settings/index.ts
   */
  readonly settings: ContextEngineSettingsInput;
  /**
   * Facts about the cluster, as a stack file has them below `cluster`.
   * @default {} – what holds on every conformant cluster
   * @see config/cluster.ts
   */
  readonly cluster?: ClusterFactsInput;
  /**
   * Values that the settings take from the encrypted configuration: `contextEngineQdrantKey`, the API key of Qdrant, and
   * `contextEngineBearer`, the bearer token of the proxies.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretValues;
}

/** Context Engine: search in code and memories for AI agents, on Qdrant, with a watcher for each repository. */
export class ContextEngine extends pulumi.ComponentResource {
  /** Namespace of everything. */
  readonly namespace: pulumi.Output<string>;
  /** Where clients find each server, by its name, known once everything is ready. */
  readonly endpoints: pulumi.Output<Readonly<Record<string, Endpoint>>>;

  /** @throws ConfigError when the arguments are not valid; nothing is registered then. */
  constructor(name: string, args: ContextEngineArgs, options?: pulumi.ComponentResourceOptions) {
    const settings = parse(contextEngineSchema, args.settings, `${name}.settings`);
    const cluster = parse(clusterSchema, args.cluster ?? {}, `${name}.cluster`);
    super('memory-fleet:index:ContextEngine', name, {}, options);
    const plan = describeContextEngine(settings, cluster);
    const resources = registerObjects(name, registeredObjects(plan.objects, cluster), this, args.secrets);
    const endpoints = Object.fromEntries(plan.operations.servers.map((server) => [server.name, server.endpoint]));
    this.namespace = pulumi.output(plan.namespace);
    this.endpoints = pulumi.all(Object.values(resources).map(({ urn }) => urn)).apply(() => endpoints);
    this.registerOutputs({ namespace: this.namespace, endpoints: this.endpoints });
  }
}
