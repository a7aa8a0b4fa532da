import * as pulumi from '@pulumi/pulumi';
import { type ClusterFactsInput, clusterSchema } from '../../config/cluster';
import { broken } from '../../config/constraint';
import { markOf } from '../../config/fields';
import { ConfigError, parse } from '../../config/parse';
import { enforceRules } from '../../policies/enforce';
import { constraintsFor, describeSystem } from '../describe';
import type { SystemModule } from '../system';
import type { SystemArgs } from './component';
import { leafOf, type SecretTree } from './secrets';

/** Arguments of a component that is used without a stack file. All but the secrets are plain data. */
export interface StandaloneArgs {
  /** Settings of the system, as a stack file has them below its key. */
  readonly settings?: unknown;
  /**
   * Facts about the cluster, as a stack file has them below `cluster`.
   * @default {} – what holds on every conformant cluster; its name is that of the stack
   */
  readonly cluster?: ClusterFactsInput;
  /**
   * Values of its secrets, as a stack file has them below `secrets.<key>`.
   * @default {} – enough unless a source is "config"
   */
  readonly secrets?: SecretTree;
}

/**
 * The plan of a component that is used alone, from another program too: held to the same schema, constraints and rules
 * as one of a stack file.
 *
 * @param name logical name of the component, which messages begin with
 * @throws ConfigError, PolicyError; nothing is registered then
 */
export function standalonePlan<S, P>(module: SystemModule<S, P>, name: string, args: StandaloneArgs): SystemArgs {
  const settings = parse(module.settings, args.settings ?? {}, `${name}.settings`);
  const facts = parse(clusterSchema, args.cluster ?? {}, `${name}.cluster`);
  const cluster = { ...facts, name: facts.name ?? pulumi.getStack() };
  const given = args.secrets ?? {};
  const secrets = parse(module.secrets, treeOfMarks(given), `${name}.secrets`);
  const raw = { cluster: args.cluster, [module.key]: args.settings };
  const problems = broken(constraintsFor(module as SystemModule, settings, cluster, secrets), raw);
  if (problems.length > 0) throw new ConfigError(problems, name);
  const systems = describeSystem(module as SystemModule, settings, cluster);
  enforceRules({ cluster, systems }, pulumi.log);
  const [plan, ...others] = systems;
  if (!plan || others.length > 0) {
    throw new ConfigError([{ key: module.key, expected: `expected one instance, found ${systems.length}` }], name);
  }
  return { plan, cluster, secrets: ([, ...path]) => leafOf(given, path) };
}

function treeOfMarks(tree: SecretTree): unknown {
  return Object.fromEntries(
    Object.entries(tree).map(([key, held]) => [key, isTree(held) ? treeOfMarks(held) : markOf(held)]),
  );
}

function isTree(value: SecretTree[string]): value is SecretTree {
  return typeof value === 'object' && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}
