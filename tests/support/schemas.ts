import { join } from 'node:path';
import type { KubernetesObject } from '../../components/system/described';

const modules = join(__dirname, '..', '..', 'node_modules');

/** Packages with the schemas of the API groups that are not built into Kubernetes. */
const packages: Readonly<Record<string, string>> = {
  'argoproj.io': '@kubernetes-models/argo-cd',
  'bitnami.com': '@kubernetes-models/sealed-secrets',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'cilium.io': '@kubernetes-models/cilium',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'gateway.envoyproxy.io': '@kubernetes-models/envoy-gateway',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
  'postgresql.cnpg.io': '@kubernetes-models/cloudnative-pg',
  'traefik.io': '@kubernetes-models/traefik',
};

/** Kinds whose schema no package has; a real API server holds objects of these to their definitions, see tests/cluster. */
const unpublished: readonly string[] = ['barmancloud.cnpg.io/v1/ObjectStore'];

/** Whether a schema of its kind is published. */
export function hasSchema({ apiVersion, kind }: KubernetesObject): boolean {
  return !unpublished.includes(`${apiVersion}/${kind}`);
}

interface Model {
  validate(): void;
}

/**
 * Holds an object against the published schema of its kind, without a cluster.
 * @throws Error that names every field at fault, or the kind if no schema is known for it.
 */
export async function validateObject(object: KubernetesObject): Promise<void> {
  const [group] = object.apiVersion.split('/');
  // By its path: these packages export nothing to a `require`, which is what `import()` is here.
  const path = join(modules, packages[group ?? ''] ?? 'kubernetes-models', object.apiVersion, 'index.js');
  const models = (await import(path)) as Record<string, new (data: unknown) => Model>;
  const model = models[object.kind];
  if (!model) throw new Error(`no schema is known for ${object.apiVersion} ${object.kind}`);
  new model(object).validate();
}
