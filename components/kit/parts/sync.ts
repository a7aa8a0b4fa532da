import type { Described, DescribedObjects } from '../../system/described';
import type { ObjectMeta, PlannedKind, PlannedObject } from '../../system/planned-object';
import { healthIgnored, syncWave } from '../objects/sync-options';

/**
 * Kinds of which Argo CD tells no health: it takes them for done as soon as they are applied. Of every other kind some
 * object may stay in another state than Healthy: a claim until its first pod, a Job until its end, a route without a
 * controller for ever, a policy of a Gateway until its route is there (checked by Argo CD from 3.6 on).
 * `tests/policies/sync-waves.test.ts` holds the list against Argo CD's own checks.
 */
const done: ReadonlySet<PlannedKind> = new Set<PlannedKind>([
  'CiliumNetworkPolicy',
  'ConfigMap',
  'Database',
  'LimitRange',
  'Middleware',
  'NetworkPolicy',
  'ObjectStore',
  'PodMonitor',
  'Pooler',
  'Probe',
  'PrometheusRule',
  'ReferenceGrant',
  'ResourceQuota',
  'Role',
  'RoleBinding',
  'ScheduledBackup',
  'ServiceAccount',
  'ServiceMonitor',
]);

/**
 * The objects of an overlay as Argo CD syncs them. It starts a wave when everything before it is healthy, and the end of
 * the last one is the end of the sync. So whatever may not become healthy is in the last wave, and nothing waits for it:
 * first the namespace, then what guards and configures, then everything that runs, is claimed or is reached. Within a wave
 * Argo CD applies kind by kind. What one object needs of another beyond that, its pods wait for themselves.
 */
export function syncedObjects<O extends DescribedObjects>(objects: O): O {
  const serving = servedClaims(objects);
  const entries = Object.entries<Described>(objects).map(([key, described]) => {
    if (described.deliveredBy === 'pulumi') return [key, described] as const;
    const { object } = described;
    const annotations = {
      ...object.metadata.annotations,
      [syncWave]: String(waveOf(object)),
      ...(waitsForNobody(object, serving) ? healthIgnored : {}),
    };
    const metadata: ObjectMeta = { ...object.metadata, annotations };
    return [key, { ...described, object: { ...object, metadata } satisfies PlannedObject }] as const;
  });
  return Object.fromEntries(entries) as O;
}

function waveOf({ kind }: PlannedObject): number {
  if (kind === 'Namespace') return 0;
  return done.has(kind) ? 1 : 2;
}

/**
 * Whether an object may rest for as long as it likes: the template of a Job that a person starts, or a claim that no pod
 * mounts until such a Job or the first one of a schedule does. Their rest is not the state of the system.
 */
function waitsForNobody(object: PlannedObject, serving: ReadonlySet<string>): boolean {
  if (object.kind === 'CronJob') return object.spec?.suspend === true;
  return object.kind === 'PersistentVolumeClaim' && !serving.has(object.metadata.name);
}

/** Claims that a pod mounts as soon as the objects are applied. */
function servedClaims(objects: DescribedObjects): ReadonlySet<string> {
  const claims = Object.values(objects).flatMap(({ object }) => {
    if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet' && object.kind !== 'Job') return [];
    return (object.spec?.template?.spec?.volumes ?? []).map((volume) => volume.persistentVolumeClaim?.claimName);
  });
  return new Set(claims.filter((name) => name !== undefined));
}
