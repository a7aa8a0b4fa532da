import type { IPodSpec } from 'kubernetes-models/v1';
import type { PlannedObject } from '../components/system/planned-object';
import { billionths } from '../config/fields/quantities';
import { operatorPods } from './operator-pods';
import { podOf } from './pods';

/** What a quota counts, by its keys. */
export const counted = [
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
  'requests.storage',
  'persistentvolumeclaims',
  'pods',
] as const;

export type Counted = (typeof counted)[number];

/** A quantity in billionths; none where it is missing. */
export function amount(quantity: string | number | undefined): bigint {
  return billionths(String(quantity ?? '0')) ?? 0n;
}

/**
 * What one pod of an object takes. Its init containers come one after the other, and those that stay are there with all.
 * A volume that lives as long as the pod is a claim too.
 */
export function takenBy(object: PlannedObject, key: Counted): bigint {
  const pod = podOf(object) ?? operatorPods(object)?.pod;
  return pod ? takenByPod(pod, key) : 0n;
}

export function takenByPod(pod: IPodSpec, key: Counted): bigint {
  if (key === 'pods') return amount('1');
  const own = (pod.volumes ?? []).flatMap(({ ephemeral }) => ephemeral?.volumeClaimTemplate ?? []);
  if (key === 'persistentvolumeclaims') return amount(own.length);
  if (key === 'requests.storage') return sum(own.map(({ spec }) => amount(spec.resources?.requests?.storage)));
  return ofContainers(pod, key);
}

/** What a claim takes that is an object of its own. */
export function claimsOf(object: PlannedObject, key: Counted): bigint {
  if (object.kind !== 'PersistentVolumeClaim') return 0n;
  if (key === 'persistentvolumeclaims') return amount('1');
  return key === 'requests.storage' ? amount(object.spec?.resources?.requests?.storage) : 0n;
}

function ofContainers({ containers, initContainers = [] }: IPodSpec, key: Counted): bigint {
  const [part, resource = ''] = key.split('.');
  const of = (all: typeof containers) =>
    all.map(({ resources }) => amount((part === 'limits' ? resources?.limits : resources?.requests)?.[resource]));
  const staying = sum(of(initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')));
  const running = sum(of(containers));
  const before = of(initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always'));
  return staying + [running, ...before].reduce((a, b) => (a > b ? a : b));
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((a, b) => a + b, 0n);
}
