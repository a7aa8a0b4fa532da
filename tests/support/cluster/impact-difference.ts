import { registeredObjects } from '../../../components/kit/parts/registered-objects';
import { describePlan } from '../../../components/plan';
import { secretKeys } from '../../../components/schema';
import type { Described, KubernetesObject } from '../../../components/system/described';
import { encrypted } from '../../../config/fields';
import { ConfigError, type NamedConfig, parseConfig } from '../../../config/parse';
import { checkPlan } from '../../../policies/check';
import type { Config } from './impact-config';
import { changedFields } from './impact-fields';

/** What becomes of an object that the engine registers. */
export interface ObjectChange {
  /** Type and logical name, as the engine's names of resources end: `apps/v1:Deployment::memory-mcp-deployment`. */
  readonly id: string;
  readonly operation: 'create' | 'update' | 'delete';
  /** Whether the engine protects it, before or after. */
  readonly holdsData: boolean;
  /** The fields that change, as `changedFields` has them; of an object that comes or goes, none. */
  readonly fields: readonly string[];
  /** The object after the change, else as it was; values of secrets are in it. */
  readonly object: KubernetesObject;
}

/** What a change of the configuration changes, as far as the description of both plans tells. */
export interface Difference {
  readonly objects: readonly ObjectChange[];
  /** What decides by its value and not by being changed, or before there is any plan: only the engine knows what it does. */
  readonly beyond: readonly string[];
  /** How many objects of each kind there are in both plans together. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Compares what two configurations put on a cluster. The first must be one that the program accepts. */
export function differenceOf(before: Config, after: Config): Difference {
  const old = registered(before);
  const now = registered(after);
  if (now.refusal !== undefined) return { objects: [], beyond: [now.refusal], counts: {} };
  const { name, context, uid } = now.cluster;
  const facts = Object.entries({ name, context, uid }).flatMap(([key, value]) =>
    value === old.cluster[key as 'name'] ? [] : [`cluster.${key}`],
  );
  const ids = [...new Set([...old.objects.keys(), ...now.objects.keys()])];
  return {
    objects: ids.flatMap((id) => objectChange(id, old.objects.get(id), now.objects.get(id)) ?? []),
    beyond: facts,
    counts: countsOf(ids),
  };
}

function countsOf(ids: readonly string[]): Record<string, number> {
  const kinds = ids.map((id) => id.split('::')[0]?.split(':')[1] ?? '');
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}

function objectChange(id: string, old?: Described, now?: Described): ObjectChange | undefined {
  const object = (now ?? old)?.object;
  if (!object) return undefined;
  const holdsData = (old?.holdsData ?? false) || (now?.holdsData ?? false);
  if (!old || !now) return { id, operation: now ? 'create' : 'delete', holdsData, fields: [], object };
  const fields = changedFields(old.object, now.object);
  return fields.length === 0 ? undefined : { id, operation: 'update', holdsData, fields, object };
}

interface Registered {
  readonly cluster: NamedConfig['cluster'];
  readonly objects: ReadonlyMap<string, Described>;
  /** Why the program ends before it registers anything. */
  readonly refusal?: string;
}

/** The objects that the program registers, by their ids, with the values of their secrets. */
function registered(config: Config): Registered {
  const marked = Object.entries(config).map(([key, value]) => [key, secretKeys.has(key) ? encrypted : value]);
  const none = { cluster: { name: '' } as NamedConfig['cluster'], objects: new Map() };
  try {
    const parsed = parseConfig(Object.fromEntries(marked), 'local');
    const plan = describePlan(parsed);
    const [violation] = checkPlan(plan).violations;
    if (violation) return { ...none, refusal: `rule ${violation.rule}` };
    const objects = plan.systems.flatMap((system) =>
      Object.entries(registeredObjects(system.objects, plan.cluster)).map(
        ([key, described]) => [idOf(`${system.name}-${key}`, described.object), withValues(described, config)] as const,
      ),
    );
    return { cluster: parsed.cluster, objects: new Map(objects) };
  } catch (error) {
    if (error instanceof ConfigError) return { ...none, refusal: 'the configuration' };
    throw error;
  }
}

function idOf(logicalName: string, { apiVersion, kind }: KubernetesObject): string {
  // The engine has the group without a name under one.
  return `${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}::${logicalName}`;
}

/** The values of secrets in the place of their references, which stay the same when a value changes. */
function withValues(described: Described, config: Config): Described {
  const { object } = described;
  if (object.kind !== 'Secret') return described;
  const values = Object.entries(object.stringData).map(([key, { encryptedConfigKey }]) => [
    key,
    config[encryptedConfigKey],
  ]);
  return { ...described, object: { ...object, stringData: Object.fromEntries(values) } };
}
