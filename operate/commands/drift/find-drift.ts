import { registeredObjects } from '../../../components/kit/parts/registered-objects';
import { engineObject } from '../../../components/register/written';
import type { Described, KubernetesObject } from '../../../components/system/described';
import { inParallel } from '../../base/in-parallel';
import { kindsOf } from '../../cluster/kinds';
import type { StackCluster } from '../../cluster/stack-cluster';
import { objectInWords } from '../../live/object';
import type { DescribedStack } from '../../stack';
import { scaledObjects } from './autoscalers';
import { type ComparisonContext, compareObject } from './compare';
import { extraObjects } from './extra-objects';
import type { Drift, DriftFound } from './finding';

/** Holds a cluster against the plan of a stack, without changing anything. */
export async function findDrift(
  stack: DescribedStack,
  cluster: StackCluster,
  signal: AbortSignal,
): Promise<DriftFound> {
  const started = Date.now();
  const objects = writtenObjects(stack);
  const { api } = cluster;
  const kinds = kindsOf(api);
  const namespaces = [...new Set(stack.plan.systems.map(({ namespace }) => namespace))];
  const rights = { cluster: stack.plan.cluster, scaled: await scaledObjects(api, namespaces) };
  const waiting = { seconds: 10, period: 200, signal };
  const comparison: ComparisonContext = { api, kinds, rights, waiting };
  const found = await inParallel(objects, (object) => compared(comparison, object), { signal });
  const names = new Set(objects.map(objectInWords));
  const extra = await extraObjects(api, kinds, names, namespaces, signal);
  const drifts = [...found.flat(), ...extra];
  return { drifts, compared: objects.length, seconds: (Date.now() - started) / 1000 };
}

/** Every object of the plan as its writer sends it: the engine adds annotations of its own, Argo CD does not. */
function writtenObjects({ plan }: DescribedStack): KubernetesObject[] {
  return plan.systems.flatMap(({ objects }) => {
    const registered: ReadonlySet<Described> = new Set(Object.values(registeredObjects(objects, plan.cluster)));
    return Object.values(objects).map((described) =>
      registered.has(described) ? engineObject(described.object, described.awaited) : described.object,
    );
  });
}

/** One object that cannot be looked at, for example for want of permission, does not hide the others. */
async function compared(comparison: ComparisonContext, object: KubernetesObject): Promise<Drift[]> {
  try {
    return await compareObject(comparison, object);
  } catch (error) {
    return [{ object: objectInWords(object), kind: 'unknown', note: (error as Error).message }];
  }
}
