/** A step that the engine plans, as `pulumi preview --json` (`oldState`) or an event of the Automation API (`old`) has it. */
export interface PlannedStep {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: { readonly id?: string } | null;
  readonly old?: { readonly id?: string } | null;
}

/** An object whose data a plan would lose. */
export interface DataLoss {
  readonly urn: string;
  readonly kind: string;
  /** `namespace/name` on the cluster, or the name alone; absent where the plan does not say. */
  readonly object?: string;
  /** Every operation on the object that loses its data, in the words of the engine. */
  readonly operations: readonly string[];
}

/** Kinds whose objects hold data, or take data with them when they go. */
const dataKinds: ReadonlySet<string> = new Set([
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'StatefulSet',
  'VolumeSnapshot',
  'VolumeSnapshotContent',
]);

/**
 * Operations that leave the object on the cluster. Any other counts as a loss, so that one which a later engine brings is
 * refused until somebody has looked at it. `discard` forgets an object that the engine only ever read.
 */
const harmless: ReadonlySet<string> = new Set([
  'same',
  'create',
  'update',
  'read',
  'refresh',
  'import',
  'discard',
  'diff',
  'extend-parameterize',
]);

/** Every object with data that these steps delete or replace, in the order of the steps. */
export function dataLosses(steps: readonly PlannedStep[]): DataLoss[] {
  const losses = new Map<string, DataLoss>();
  for (const step of steps) {
    const kind = kindOf(step.urn);
    if (harmless.has(step.op) || !dataKinds.has(kind.replace(/List$/, ''))) continue;
    const before = losses.get(step.urn);
    const object = before?.object ?? (step.oldState ?? step.old)?.id;
    losses.set(step.urn, {
      urn: step.urn,
      kind,
      ...(object ? { object } : {}),
      operations: [...new Set([...(before?.operations ?? []), step.op])],
    });
  }
  return [...losses.values()];
}

/** A loss as a message: what, by which operation, and the two steps by which a person gives data up on purpose. */
export function lossInWords({ urn, kind, object, operations }: DataLoss): string {
  return [
    `${kind} ${object ?? urn.split('::').at(-1)} would be lost (${operations.join(', ')})`,
    `  ${urn}`,
    '  if that is meant, after a backup:',
    `  1. pulumi state delete --force ${quoted(urn)}    # the engine forgets it, the cluster keeps it`,
    `  2. ${deletion(kind, object)}    # it goes, and its data with it`,
  ].join('\n');
}

function deletion(kind: string, object: string | undefined): string {
  const [name, namespace] = (object ?? '<name>').split('/').reverse();
  return `kubectl delete ${kind.toLowerCase()} ${name}${namespace ? ` --namespace ${namespace}` : ''}`;
}

/** The kind in `urn:pulumi:<stack>::<project>::<parent's type>$<group>/<version>:<Kind>::<name>`. */
function kindOf(urn: string): string {
  const type = urn.split('::')[2] ?? '';
  return type.slice(Math.max(type.lastIndexOf(':'), type.lastIndexOf('$')) + 1);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
