import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { IService } from 'kubernetes-models/v1';
import { proxyPorts } from '../../components/kit/bearer-proxy';
import type { DescribedObjects, KubernetesObject } from '../../components/kit/object';
import type { Rule } from '../rule';

export const guardedRoutes: Rule = {
  name: 'guarded-routes',
  demand:
    'on production stacks a route leads to a server only past authentication: a bearer proxy or the Gateway itself',
  check(object, { cluster, objects }) {
    if (object.kind !== 'HTTPRoute' || !cluster.production) return [];
    const guarded =
      guardedByGateway(object, objects) || backends(object).every((name) => guardedService(name, objects));
    return guarded ? [] : ['exposes a server without authentication in front of it'];
  },
};

function backends(object: KubernetesObject): string[] {
  const { spec } = object as KubernetesObject & IHTTPRoute;
  return (spec?.rules ?? []).flatMap((rule) => (rule.backendRefs ?? []).map(({ name }) => name));
}

function guardedService(name: string, objects: DescribedObjects): boolean {
  const service = Object.values(objects).find(
    ({ object }) => object.kind === 'Service' && object.metadata.name === name,
  )?.object as (KubernetesObject & IService) | undefined;
  const main = service?.spec?.ports?.find((port) => port.name === 'http');
  return main?.targetPort === proxyPorts.guarded;
}

function guardedByGateway(route: KubernetesObject, objects: DescribedObjects): boolean {
  return Object.values(objects).some(({ object }) => {
    const { spec } = object as { spec?: { targetRefs?: { kind?: string; name?: string }[] } };
    return (
      object.kind === 'SecurityPolicy' &&
      (spec?.targetRefs ?? []).some(({ kind, name }) => kind === 'HTTPRoute' && name === route.metadata.name)
    );
  });
}
