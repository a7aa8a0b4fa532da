import type { DescribedObjects } from '../../components/system/described';
import type { PlannedObject } from '../../components/system/planned-object';
import { backendsOf, isRoute, objectsIn, servedBy, serviceNamed } from '../backends';
import type { Rule } from '../rule';

export const autoscaledReplicas: Rule = {
  name: 'autoscaled-replicas',
  demand: 'a workload under a HorizontalPodAutoscaler names no replicas: two owners of one field undo each other',
  check(object, { objects }) {
    const replicas = replicasOf(object);
    return replicas !== undefined && isAutoscaled(object, objects)
      ? [`names ${replicas} replicas beside an autoscaler`]
      : [];
  },
};

export const stickySessions: Rule = {
  name: 'sticky-sessions',
  demand:
    'whatever stands in front of several replicas keeps each client on its replica, because MCP sessions live in memory',
  check(object, { objects }) {
    if (object.kind === 'Service') {
      return hasReplicas(object, objects) && object.spec?.sessionAffinity !== 'ClientIP'
        ? ['spreads the sessions of one client over replicas']
        : [];
    }
    if (!isRoute(object) || keepsClients(object, objects)) return [];
    const names = new Set(backendsOf(object).map(({ service }) => service));
    return [...names]
      .filter((name) => {
        const service = serviceNamed(name, objects);
        return service !== undefined && hasReplicas(service, objects);
      })
      .map((name) => `goes past Service ${name} to its pods and spreads the sessions of one client over them`);
  },
};

function hasReplicas(service: PlannedObject<'Service'>, objects: DescribedObjects): boolean {
  return servedBy(service, objects).some((other) => (replicasOf(other) ?? 1) > 1 || isAutoscaled(other, objects));
}

function replicasOf(object: PlannedObject): number | undefined {
  return object.kind === 'Deployment' || object.kind === 'StatefulSet' ? object.spec?.replicas : undefined;
}

function isAutoscaled(object: PlannedObject, objects: DescribedObjects): boolean {
  return objectsIn(objects).some((other) => {
    const target = other.kind === 'HorizontalPodAutoscaler' ? other.spec?.scaleTargetRef : undefined;
    return target?.kind === object.kind && target.name === object.metadata.name;
  });
}

/** Whether a route has an affinity of its own: ingress-nginx by an annotation, Envoy Gateway by a policy for the route. */
function keepsClients(route: PlannedObject<'HTTPRoute' | 'Ingress'>, objects: DescribedObjects): boolean {
  const { annotations = {} } = route.metadata;
  if (route.kind === 'Ingress') {
    return ['upstream-hash-by', 'affinity'].some((name) => `nginx.ingress.kubernetes.io/${name}` in annotations);
  }
  return objectsIn(objects).some(
    (object) =>
      object.kind === 'BackendTrafficPolicy' &&
      object.spec.loadBalancer?.type === 'ConsistentHash' &&
      (object.spec.targetRefs ?? []).some(({ kind, name }) => kind === route.kind && name === route.metadata.name),
  );
}
