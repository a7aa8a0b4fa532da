import type { IPodSpec } from 'kubernetes-models/v1';
import type { PlannedObject } from '../../components/system/planned-object';
import { billionths, inBytes, inCores } from '../../config/fields/quantities';
import { objectsIn } from '../backends';
import { podOf } from '../pods';
import type { Rule } from '../rule';

/** What a quota counts, by its keys. */
const counted = ['requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory', 'requests.storage', 'pods'] as const;

type Counted = (typeof counted)[number];
type Sums = Readonly<Record<Counted, bigint>>;

export const sufficientQuotas: Rule = {
  name: 'sufficient-quotas',
  demand:
    'a quota has room for what runs at once: every workload with all its replicas, one of them anew beside the old, each scheduled job, and one of those that run once or on demand',
  check(object, { objects }) {
    if (object.kind !== 'ResourceQuota') return [];
    const needed = neededBy(objectsIn(objects), object.metadata.namespace);
    return counted.flatMap((key) => {
      const given = object.spec?.hard?.[key];
      if (given === undefined || (billionths(String(given)) ?? 0n) >= needed[key]) return [];
      return [`allows ${given} of ${key}, and what runs at once needs ${inWords(key, needed[key])}`];
    });
  },
};

function inWords(key: Counted, amount: bigint): string {
  if (key.endsWith('cpu')) return inCores(amount);
  return key === 'pods' ? String(amount / 1_000_000_000n) : inBytes(amount);
}

function neededBy(all: readonly PlannedObject[], namespace: string | undefined): Sums {
  const here = all.filter(({ metadata }) => metadata.namespace === namespace);
  const jobs = here
    .filter(({ kind }) => kind === 'Job' || kind === 'CronJob')
    .map((job) => ({ job, takes: takenBy(job) }));
  const scheduled = jobs.filter(({ job }) => job.kind === 'CronJob' && !job.spec?.suspend).map(({ takes }) => takes);
  const others = jobs.map(({ takes }) => takes).filter((takes) => !scheduled.includes(takes));
  const workloads = here.map((object) => times(takenBy(object), mostReplicasOf(object, here)));
  const rollouts = here.filter(surges).map(takenBy);
  const claims = here.map((object) => storageOf(object));
  return [...workloads, most(rollouts), ...scheduled, most(others), ...claims].reduce(sum, nothing);
}

const nothing = each(() => 0n);

function each(value: (key: Counted) => bigint): Sums {
  return Object.fromEntries(counted.map((key) => [key, value(key)])) as Record<Counted, bigint>;
}

function sum(a: Sums, b: Sums): Sums {
  return each((key) => a[key] + b[key]);
}

function times(sums: Sums, factor: number): Sums {
  return each((key) => sums[key] * BigInt(factor));
}

/** The largest of several, each key by itself. */
function most(several: readonly Sums[]): Sums {
  return several.reduce((a, b) => each((key) => (a[key] > b[key] ? a[key] : b[key])), nothing);
}

/** One pod of an object. Its init containers come one after the other, and those that stay are there with all. */
function takenBy(object: PlannedObject): Sums {
  const pod = podOf(object);
  if (!pod) return nothing;
  return each((key) => (key === 'pods' ? (billionths('1') ?? 0n) : key === 'requests.storage' ? 0n : ofPod(pod, key)));
}

function ofPod({ containers, initContainers = [] }: IPodSpec, key: Counted): bigint {
  const [part, resource = ''] = key.split('.');
  const of = (all: typeof containers) =>
    all.map(
      ({ resources }) =>
        billionths(String((part === 'limits' ? resources?.limits : resources?.requests)?.[resource] ?? '0')) ?? 0n,
    );
  const staying = of(initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')).reduce(
    (a, b) => a + b,
    0n,
  );
  const running = of(containers).reduce((a, b) => a + b, 0n);
  const before = of(initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always')).reduce(
    (a, b) => (a > b ? a : b),
    0n,
  );
  return staying + (running > before ? running : before);
}

function mostReplicasOf(object: PlannedObject, all: readonly PlannedObject[]): number {
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return 0;
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

function storageOf(object: PlannedObject): Sums {
  const size = object.kind === 'PersistentVolumeClaim' ? object.spec?.resources?.requests?.storage : undefined;
  return each((key) => (key === 'requests.storage' ? (billionths(String(size ?? '0')) ?? 0n) : 0n));
}
