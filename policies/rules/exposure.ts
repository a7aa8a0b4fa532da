import { proxyPorts } from '../../components/kit/parts/auth-sidecar';
import type { DescribedObjects } from '../../components/system/described';
import type { PlannedObject } from '../../components/system/planned-object';
import { backendsOf, isExposedService, isRoute, objectsIn, servedBy, serviceNamed, servicePort } from '../backends';
import { podOf } from '../pods';
import type { Rule } from '../rule';

export const guardedRoutes: Rule = {
  name: 'guarded-routes',
  demand:
    'on production stacks nobody outside reaches a server but past authentication: a bearer proxy or the Gateway itself',
  check(object, { cluster, objects }) {
    if (!cluster.production) return [];
    if (isRoute(object)) {
      const guarded =
        guardedByGateway(object, objects) ||
        backendsOf(object).every((backend) => {
          const service = serviceNamed(backend.service, objects);
          return service !== undefined && isGuarded(service, servicePort(service, backend)?.targetPort, objects);
        });
      return guarded ? [] : ['exposes a server without authentication in front of it'];
    }
    if (!isExposedService(object)) return [];
    return (object.spec?.ports ?? [])
      .filter(({ targetPort }) => !isGuarded(object, targetPort, objects))
      .map(({ port }) => `exposes a server at port ${port} without authentication in front of it`);
  },
};

export const foreignGateways: Rule = {
  name: 'foreign-gateways',
  demand:
    'on production stacks a route attaches to a Gateway outside of the namespace that is ours alone, where nobody puts one',
  check(object, { cluster, objects }) {
    if (!cluster.production || object.kind !== 'HTTPRoute') return [];
    const own = objectsIn(objects).flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [metadata.name] : []));
    return (object.spec.parentRefs ?? [])
      .map(({ name, namespace = object.metadata.namespace ?? '' }) => ({ name, namespace }))
      .filter(({ namespace }) => own.includes(namespace))
      .map(
        ({ name, namespace }) =>
          `attaches to a Gateway ${name} in ${namespace}, which is made for this system alone: set cluster.gateway.namespace`,
      );
  },
};

/** Whether a port of the pods behind a Service is that of a bearer proxy, in every one of them. */
function isGuarded(
  service: PlannedObject<'Service'>,
  port: number | string | undefined,
  objects: DescribedObjects,
): boolean {
  const pods = servedBy(service, objects).flatMap((object) => podOf(object) ?? []);
  return (
    pods.length > 0 &&
    pods.every(({ containers }) =>
      containers.some(
        ({ name, ports = [] }) =>
          name === 'bearer-proxy' &&
          ports.some(
            (known) =>
              known.containerPort === proxyPorts.guarded && (port === known.containerPort || port === known.name),
          ),
      ),
    )
  );
}

/** What a SecurityPolicy of Envoy Gateway may ask for. */
const authentications = ['apiKeyAuth', 'basicAuth', 'extAuth', 'jwt', 'oidc'] as const;

function guardedByGateway(route: PlannedObject, objects: DescribedObjects): boolean {
  return objectsIn(objects).some(
    (object) =>
      object.kind === 'SecurityPolicy' &&
      authentications.some((authentication) => object.spec[authentication] !== undefined) &&
      (object.spec.targetRefs ?? []).some(({ kind, name }) => kind === route.kind && name === route.metadata.name),
  );
}
