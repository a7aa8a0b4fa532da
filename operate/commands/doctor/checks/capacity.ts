import type { IPodSpec } from 'kubernetes-models/v1';
import { systemLabel } from '../../../../components/kit/objects/labels';
import type { PlannedObject } from '../../../../components/system/planned-object';
import { inBytes, inCores } from '../../../../config/fields/quantities';
import { amount, type Counted, takenBy, takenByPod } from '../../../../policies/counted';
import { podOf } from '../../../../policies/pods';
import { atOnce } from '../../../../policies/rules/quota';
import { describedIn } from '../../../stack/plan-objects';
import { type Check, ok, type Question, warning } from '../check';

interface Node {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly unschedulable?: boolean; readonly taints?: readonly Taint[] };
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

interface Taint {
  readonly key: string;
  readonly effect: string;
}

interface Pod {
  readonly metadata: { readonly namespace: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: IPodSpec;
  readonly status?: { readonly phase?: string };
}

const asked: readonly { readonly key: Counted; readonly of: string; readonly inWords: (value: bigint) => string }[] = [
  { key: 'requests.cpu', of: 'cpu', inWords: (value) => `${inCores(value)} CPU` },
  { key: 'requests.memory', of: 'memory', inWords: (value) => `${inBytes(wholeMebibytes(value))} of memory` },
];

/**
 * Whether the nodes have room for what the stack asks for: all of it at once, and its largest pod. What is there of the stack
 * already counts as room.
 */
export const capacity: Check = ({ look, stack }) => {
  const objects = describedIn(stack.plan).map(({ object }) => object);
  const planned = objects.filter((object) => podOf(object));
  if (planned.length === 0) return [];
  const room = async () => {
    const nodes = (await look.list<Node>('/api/v1/nodes')).filter((node) => takes(node, planned));
    const others = (await look.list<Pod>('/api/v1/pods')).filter((pod) => runs(pod) && !isOurs(pod, planned));
    return nodes.map(({ metadata: { name }, status }) => {
      const here = others.filter(({ spec }) => spec.nodeName === name);
      return (key: Counted, of: string) =>
        here.reduce((left, { spec }) => left - takenByPod(spec, key), amount(status?.allocatable?.[of]));
    });
  };
  return asked.map(
    ({ inWords, key, of }): Question => ({
      subject: `room for requests of ${of === 'cpu' ? 'CPU' : of}`,
      answer: async () => {
        const free = (await room()).map((node) => node(key, of)).map((left) => (left > 0n ? left : 0n));
        const needed = sum(
          namespacesOf(objects)
            .flatMap((here) => atOnce(here, key))
            .map((part) => part.amount),
        );
        const all = `${inWords(needed)} with everything at once, ${inWords(sum(free))} on ${nodesInWords(free.length)}`;
        if (sum(free) < needed) return warning(all, 'add nodes, or ask for less, such as by a smaller preset');
        const largest = most(planned, (object) => takenBy(object, key));
        const taken = largest ? takenBy(largest, key) : 0n;
        if (largest && free.every((left) => left < taken)) {
          const found = `${largest.kind} ${largest.metadata.name} asks for ${inWords(taken)}, and no node has so much`;
          return warning(found, 'add a larger node, or ask for less');
        }
        return ok(all);
      },
    }),
  );
};

/** Whether the scheduler puts new pods of ours there. */
function takes(
  { spec: { taints = [], unschedulable = false } = {} }: Node,
  planned: readonly PlannedObject[],
): boolean {
  const tolerations = planned.flatMap((object) => podOf(object)?.tolerations ?? []);
  const barred = taints.filter(({ effect }) => effect !== 'PreferNoSchedule');
  return !unschedulable && barred.every((taint) => tolerations.some(({ key = taint.key }) => key === taint.key));
}

function runs({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

/** A pod of a system of the plan, in its namespace. */
function isOurs({ metadata }: Pod, planned: readonly PlannedObject[]): boolean {
  const name = metadata.labels?.[systemLabel];
  return planned.some(
    (object) => object.metadata.namespace === metadata.namespace && object.metadata.labels?.[systemLabel] === name,
  );
}

function namespacesOf(objects: readonly PlannedObject[]): PlannedObject[][] {
  const names = [...new Set(objects.map(({ metadata }) => metadata.namespace))];
  return names.map((name) => objects.filter(({ metadata }) => metadata.namespace === name));
}

function most<T>(all: readonly T[], of: (one: T) => bigint): T | undefined {
  return all.reduce<T | undefined>((a, b) => (a !== undefined && of(a) >= of(b) ? a : b), undefined);
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}

function wholeMebibytes(value: bigint): bigint {
  const mebibyte = amount('1Mi');
  return (value / mebibyte) * mebibyte;
}

function nodesInWords(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}
