import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import type { IService } from 'kubernetes-models/v1';
import type { DescribedObjects, KubernetesObject } from '../components/system/described';
import { podLabelsOf, podOf } from './pods';

type Service = KubernetesObject & IService;
type ServicePort = NonNullable<NonNullable<IService['spec']>['ports']>[number];

/** A Service that a route leads to, and its port by number or name. */
export interface Backend {
  readonly service: string;
  readonly port: number | string | undefined;
}

interface Route {
  readonly spec?: {
    readonly rules?: readonly { readonly backendRefs?: readonly { readonly name: string; readonly port?: number }[] }[];
  };
}

/** Whether an object leads to Services from outside: a route of the Gateway API of any kind, or an Ingress. */
export function isRoute({ apiVersion, kind }: KubernetesObject): boolean {
  return kind === 'Ingress' || (apiVersion.startsWith('gateway.networking.k8s.io/') && kind.endsWith('Route'));
}

/** Whether a Service itself is reached from outside of the cluster. */
export function isExposedService(object: KubernetesObject): object is Service {
  if (object.kind !== 'Service') return false;
  const { spec } = object as Service;
  return spec?.type === 'NodePort' || spec?.type === 'LoadBalancer' || (spec?.externalIPs ?? []).length > 0;
}

/** What a route leads to. */
export function backendsOf(object: KubernetesObject): Backend[] {
  if (object.kind !== 'Ingress') {
    const { spec } = object as Route;
    return (spec?.rules ?? []).flatMap((rule) =>
      (rule.backendRefs ?? []).map(({ name, port }) => ({ service: name, port })),
    );
  }
  const { spec } = object as KubernetesObject & IIngress;
  const paths = (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []).map(({ backend }) => backend);
  return [...(spec?.defaultBackend ? [spec.defaultBackend] : []), ...paths].map(({ service }) => ({
    service: service?.name ?? '',
    port: service?.port?.number ?? service?.port?.name,
  }));
}

/** The Service of a name, where the plan has one. */
export function serviceNamed(name: string, objects: DescribedObjects): Service | undefined {
  return Object.values(objects).find(({ object }) => object.kind === 'Service' && object.metadata.name === name)
    ?.object as Service | undefined;
}

/** The port of a Service that a backend names. */
export function servicePort(service: Service, { port }: Pick<Backend, 'port'>): ServicePort | undefined {
  return service.spec?.ports?.find((known) => known.port === port || known.name === port);
}

/** The objects whose pods a Service leads to. */
export function servedBy(service: KubernetesObject, objects: DescribedObjects): KubernetesObject[] {
  const selector = Object.entries((service as Service).spec?.selector ?? {});
  return Object.values(objects)
    .map(({ object }) => object)
    .filter((object) => object.metadata.namespace === service.metadata.namespace)
    .filter((object) => {
      const labels = podOf(object) && podLabelsOf(object);
      return labels !== undefined && selector.length > 0 && selector.every(([key, value]) => labels[key] === value);
    });
}
