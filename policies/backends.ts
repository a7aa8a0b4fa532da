import type { DescribedObjects } from '../components/system/described';
import type { PlannedObject } from '../components/system/planned-object';
import { podLabelsOf, podOf } from './pods';

type Service = PlannedObject<'Service'>;
type Route = PlannedObject<'HTTPRoute' | 'Ingress'>;
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

/** A Service that a route leads to, and its port by number or name. */
export interface Backend {
  readonly service: string;
  readonly port: number | string | undefined;
}

/** The objects of a plan without what is said about them. */
export function objectsIn(objects: DescribedObjects): PlannedObject[] {
  return Object.values(objects).map(({ object }) => object);
}

/** Whether an object leads to Services from outside. */
export function isRoute(object: PlannedObject): object is Route {
  return object.kind === 'Ingress' || object.kind === 'HTTPRoute';
}

/** Whether a Service itself is reached from outside of the cluster. */
export function isExposedService(object: PlannedObject): object is Service {
  if (object.kind !== 'Service') return false;
  const { spec } = object;
  return spec?.type === 'NodePort' || spec?.type === 'LoadBalancer' || (spec?.externalIPs ?? []).length > 0;
}

/** What a route leads to. */
export function backendsOf(route: Route): Backend[] {
  if (route.kind === 'HTTPRoute') {
    return (route.spec.rules ?? []).flatMap(({ backendRefs = [] }) =>
      backendRefs.map(({ name, port }) => ({ service: name, port })),
    );
  }
  const { spec } = route;
  const paths = (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []).map(({ backend }) => backend);
  return [...(spec?.defaultBackend ? [spec.defaultBackend] : []), ...paths].map(({ service }) => ({
    service: service?.name ?? '',
    port: service?.port?.number ?? service?.port?.name,
  }));
}

/** The Service of a name, where the plan has one. */
export function serviceNamed(name: string, objects: DescribedObjects): Service | undefined {
  return objectsIn(objects)
    .filter((object) => object.kind === 'Service')
    .find(({ metadata }) => metadata.name === name);
}

/** The port of a Service that a backend names. */
export function servicePort(service: Service, { port }: Pick<Backend, 'port'>): ServicePort | undefined {
  return service.spec?.ports?.find((known) => known.port === port || known.name === port);
}

/** The objects whose pods a Service leads to. */
export function servedBy(service: Service, objects: DescribedObjects): PlannedObject[] {
  const selector = Object.entries(service.spec?.selector ?? {});
  return objectsIn(objects)
    .filter((object) => object.metadata.namespace === service.metadata.namespace)
    .filter((object) => {
      const labels = podOf(object) && podLabelsOf(object);
      return labels !== undefined && selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
    });
}
