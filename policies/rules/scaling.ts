import type { DescribedObjects, KubernetesObject } from '../../components/system/described';
import { backendsOf, isRoute, servedBy, serviceNamed } from '../backends';
import type { Rule } from '../rule';

interface Scaled extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
}

export const autoscaledReplicas: Rule = {
  name: 'autoscaled-replicas',
  demand: 'a workload under a HorizontalPodAutoscaler names no replicas: two owners of one field undo each other',
  check(object, { objects }) {
    const { spec } = object as Scaled;
    const scaler = scalerOf(
      object,
      Object.values(objects).map((described) => described.object),
    );
    return scaler && spec?.replicas !== undefined ? [`names ${spec.replicas} replicas beside an autoscaler`] : [];
  },
};

export const stickySessions: Rule = {
  name: 'sticky-sessions',
  demand:
    'whatever stands in front of several replicas keeps each client on its replica, because MCP sessions live in memory',
  check(object, { objects }) {
    if (object.kind === 'Service') {
      const { spec } = object as { spec?: { sessionAffinity?: string } };
      return hasReplicas(object, objects) && spec?.sessionAffinity !== 'ClientIP'
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

function hasReplicas(service: KubernetesObject, objects: DescribedObjects): boolean {
  const others = Object.values(objects).map((described) => described.object);
  return servedBy(service, objects).some(
    (other) => ((other as Scaled).spec?.replicas ?? 1) > 1 || scalerOf(other, others) !== undefined,
  );
}

/** Whether a route has an affinity of its own: ingress-nginx by an annotation, Envoy Gateway by a policy for the route. */
function keepsClients(route: KubernetesObject, objects: DescribedObjects): boolean {
  const { annotations = {} } = route.metadata;
  if (route.kind === 'Ingress') {
    return ['upstream-hash-by', 'affinity'].some((name) => `nginx.ingress.kubernetes.io/${name}` in annotations);
  }
  return Object.values(objects).some(({ object }) => {
    const { spec } = object as { spec?: { targetRefs?: Target[]; loadBalancer?: { type?: string } } };
    return (
      object.kind === 'BackendTrafficPolicy' &&
      spec?.loadBalancer?.type === 'ConsistentHash' &&
      (spec.targetRefs ?? []).some(({ kind, name }) => kind === route.kind && name === route.metadata.name)
    );
  });
}

interface Target {
  readonly kind?: string;
  readonly name?: string;
}

function scalerOf(object: KubernetesObject, others: readonly KubernetesObject[]): KubernetesObject | undefined {
  return others.find((other) => {
    const reference = other.kind === 'HorizontalPodAutoscaler' ? (other as Scaled).spec?.scaleTargetRef : undefined;
    return reference?.kind === object.kind && reference.name === object.metadata.name;
  });
}
