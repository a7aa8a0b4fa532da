import type { PlannedObject } from '../../components/system/planned-object';
import { billionths, inBytes, inCores } from '../../config/fields/quantities';
import { objectsIn } from '../backends';
import { amount, type Counted, claimsOf, counted, takenBy } from '../counted';
import { operatorPods } from '../operator-pods';
import { containersOf, podOf } from '../pods';
import type { Rule } from '../rule';

export const sufficientQuotas: Rule = {
  name: 'sufficient-quotas',
  demand:
    'a quota has room for what runs at once: every workload with all its replicas, one of them anew beside the old, each scheduled job, and one of those that run once or on demand',
  check(object, { objects }) {
    if (object.kind !== 'ResourceQuota') return [];
    const here = objectsIn(objects).filter(({ metadata }) => metadata.namespace === object.metadata.namespace);
    const hard = object.spec?.hard ?? {};
    const tooLittle = counted.flatMap((key) => {
      const given = hard[key];
      const parts = given === undefined ? [] : atOnce(here, key);
      const needed = parts.reduce((all, part) => all + part.amount, 0n);
      if (given === undefined || (billionths(String(given)) ?? 0n) >= needed) return [];
      const words = parts.map((part) => `${part.name} ${inWords(key, part.amount)}`).join(', ');
      return [`allows ${given} of ${key}, and what runs at once needs ${inWords(key, needed)}: ${words}`];
    });
    return [...tooLittle, ...('limits.cpu' in hard ? here.flatMap(unlimited) : [])];
  },
};

/** A quota over CPU limits refuses pods with a container that has none. */
function unlimited(object: PlannedObject): string[] {
  const pod = podOf(object);
  const names = (pod ? containersOf(pod) : [])
    .filter(({ resources }) => resources?.limits?.cpu === undefined)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [`bounds limits.cpu, and ${object.kind} ${object.metadata.name} has no CPU limit in ${names.join(', ')}`];
}

function inWords(key: Counted, all: bigint): string {
  if (key.endsWith('cpu')) return inCores(all);
  return key === 'pods' || key === 'persistentvolumeclaims' ? String(all / amount('1')) : inBytes(all);
}

/** A part of what is there at the same time. */
interface Part {
  readonly name: string;
  readonly amount: bigint;
}

/** Everything of one kind that is taken at the same time, the largest of what is only sometimes there. */
export function atOnce(here: readonly PlannedObject[], key: Counted): Part[] {
  const one = (object: PlannedObject, prefix = ''): Part => ({
    name: `${prefix}${object.kind} ${object.metadata.name}`,
    amount: takenBy(object, key),
  });
  const workloads = here.flatMap((object) => {
    const replicas = mostReplicasOf(object, here);
    const part = one(object, replicas > 1 ? `${replicas} × ` : '');
    return replicas > 0 ? [{ ...part, amount: part.amount * BigInt(replicas) }] : [];
  });
  const jobs = here.filter(({ kind }) => kind === 'Job' || kind === 'CronJob');
  const scheduled = jobs.filter((job) => job.kind === 'CronJob' && !job.spec?.suspend);
  const others = jobs.filter((job) => !scheduled.includes(job));
  const parts = [
    ...workloads,
    ...most(here.filter(surges).map((object) => one(object, 'anew '))),
    ...scheduled.map((job) => one(job)),
    ...most(others.map((job) => one(job))),
    ...here.map((object) => ({ ...one(object), amount: claimsOf(object, key) })),
  ];
  return parts.filter(({ amount: taken }) => taken > 0n);
}

/** The largest of several. */
function most(several: readonly Part[]): Part[] {
  return several.length === 0 ? [] : [several.reduce((a, b) => (a.amount > b.amount ? a : b))];
}

function mostReplicasOf(object: PlannedObject, all: readonly PlannedObject[]): number {
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return operatorPods(object)?.replicas ?? 0;
  const scaler = all.find(
    (other) =>
      other.kind === 'HorizontalPodAutoscaler' &&
      other.spec?.scaleTargetRef.kind === object.kind &&
      other.spec.scaleTargetRef.name === object.metadata.name,
  );
  const highest = scaler?.kind === 'HorizontalPodAutoscaler' ? scaler.spec?.maxReplicas : undefined;
  return highest ?? object.spec?.replicas ?? 1;
}

/** Whether new pods come before the old ones go. */
function surges(object: PlannedObject): boolean {
  return object.kind === 'Deployment' && object.spec?.strategy?.type !== 'Recreate';
}
