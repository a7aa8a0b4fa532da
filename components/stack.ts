import { z } from 'zod';
import { clusterSchema } from '../config/cluster';
import type { Constraint } from '../config/constraint';
import { encrypted } from '../config/fields';
import { parse } from '../config/parse';
import { perCluster } from '../config/promotion';
import { constraintsFor, describeSystem } from './describe';
import { systems } from './index';
import type { NamedCluster, Plan, SystemModule } from './system';

type Modules = (typeof systems)[number];

/** What a stack file says, typed and with every default: facts about the cluster, and the settings of each system that it names. */
export type StackConfig = {
  readonly cluster: NamedCluster;
  /** Which encrypted values there are, by the keys of their systems. */
  readonly secrets: Readonly<Record<string, unknown>>;
} & { readonly [M in Modules as M['key']]?: z.output<M['settings']> };

// One type for all of them: each is only ever given its own settings.
const modules: readonly SystemModule[] = systems;

/** Everything that a stack file may say below the project's own prefix. Constraints are no part of it. */
export const stackSchema = z.strictObject({
  cluster: perCluster(clusterSchema.describe('Facts about the cluster.')),
  ...Object.fromEntries(
    modules.map(({ about, key, settings }) => [key, settings.optional().describe(`${about}. Absent = not installed.`)]),
  ),
  secrets: z
    .strictObject(Object.fromEntries(modules.map(({ key, secrets }) => [key, secrets])))
    .prefault({})
    .describe(
      'Encrypted values of the systems, set one by one: `pulumi config set --secret --path memory-fleet:secrets.SYSTEM.NAME`. They are never shown, rendered or part of a plan.',
    ),
});

/**
 * Turns what a stack file says into a typed configuration, defaults filled in.
 *
 * @param raw The keys below the project's prefix, each with its value as data.
 * @param stack Name of the stack: the cluster's name, unless the file gives another.
 * @throws ConfigError with every problem, when there is any.
 */
export function parseStack(raw: Readonly<Record<string, unknown>>, stack: string): StackConfig {
  // Beside the problems of single keys, so that all are named at once.
  const schema = stackSchema.superRefine((config, context) => {
    for (const { expected, path, satisfied } of modules.flatMap((module) =>
      constraintsOf(module, named(config, stack)),
    )) {
      if (!satisfied) context.addIssue({ code: 'custom', path: [...path], message: expected });
    }
  });
  return named(parse(schema, raw, `Pulumi.${stack}.yaml`), stack);
}

/**
 * The plan of a configuration whose constraints may not hold yet, such as one that lacks encrypted values: for commands that
 * are about to add them.
 *
 * @throws ConfigError where keys are not what the schema asks for
 */
export function draftPlan(raw: Readonly<Record<string, unknown>>, stack: string): Plan {
  return describeStack(named(parse(stackSchema, raw, `Pulumi.${stack}.yaml`), stack));
}

/** The configuration of a cluster that has a name. */
function named(config: object, stack: string): StackConfig {
  const { cluster } = config as StackConfig;
  return { ...config, cluster: { ...cluster, name: cluster.name ?? stack } } as StackConfig;
}

function constraintsOf(module: SystemModule, config: StackConfig): readonly Constraint[] {
  const { key } = module;
  const settings = config[key as keyof StackConfig];
  const secrets = config.secrets[key];
  if (settings !== undefined) return constraintsFor(module, settings, config.cluster, secrets);
  return [
    {
      path: ['secrets', key],
      expected: `no values, or ${key} set: nothing reads them`,
      satisfied: !hasLeaf(secrets),
    },
  ];
}

function hasLeaf(secrets: unknown): boolean {
  if (typeof secrets !== 'object' || secrets === null) return secrets === encrypted;
  return Object.values(secrets).some(hasLeaf);
}

/** Describes every system that the configuration names. */
export function describeStack(config: StackConfig): Plan {
  const { cluster } = config;
  const plans = modules.flatMap((module) => {
    const settings = config[module.key as keyof StackConfig];
    return settings === undefined ? [] : describeSystem(module, settings, cluster);
  });
  return { cluster, systems: plans };
}
