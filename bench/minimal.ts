import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import type { CustomResource, CustomResourceOptions } from '@pulumi/pulumi';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}
type Constructor = new (name: string, object: unknown, options: CustomResourceOptions) => CustomResource;
type Classes = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Constructor>>>>>>;

/** The least that a program with these objects can be: plain data, read from objects.json beside it, and one provider. */
export = async () => {
  const provider = new k8s.Provider('cluster', { clusterIdentifier: 'minimal' });
  const objects: [string, KubernetesObject][] = Object.entries(
    JSON.parse(readFileSync(join(__dirname, 'objects.json'), 'utf8')),
  );
  const register = ([name, object]: [string, KubernetesObject], dependsOn: CustomResource[]) =>
    new (constructorOf(object))(name, object, { provider, dependsOn });
  const isNamespace = ([, { kind }]: [string, KubernetesObject]) => kind === 'Namespace';
  const namespaces = objects.filter(isNamespace).map((each) => register(each, []));
  for (const each of objects) if (!isNamespace(each)) register(each, namespaces);
};

function constructorOf({ apiVersion, kind }: KubernetesObject): Constructor {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['core', apiVersion];
  const known = (k8s as unknown as Classes)[group.split('.')[0] ?? '']?.[version]?.[kind];
  return known ?? (k8s.apiextensions.CustomResource as unknown as Constructor);
}
