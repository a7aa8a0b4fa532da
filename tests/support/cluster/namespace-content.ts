import type { KubernetesObject } from '@kubernetes/client-node';
import { fieldManager } from '../../../components/register/written';
import { type Api, connect, get } from '../../../operate/cluster/api';

/** Objects by `<kind>/<name>`. */
export type Content = Readonly<Record<string, KubernetesObject>>;

/** What tells of the course of things, not of their state. */
const journals: ReadonlySet<string> = new Set(['events', 'leases', 'endpoints']);

/** Every object that this program wrote in a namespace, of every kind that the server knows, and the namespace itself. */
export async function contentOf(kubeconfig: string, namespace: string): Promise<Content> {
  const api = await connect(kubeconfig);
  const itself = await get<KubernetesObject>(api, `/api/v1/namespaces/${namespace}`);
  const lists = await Promise.all((await namespacedKinds(api)).map((kind) => listed(api, kind, namespace)));
  const objects = [...lists.flat(), ...(itself ? [itself] : [])];
  return Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata?.name}`, object]));
}

interface Kind {
  readonly root: string;
  readonly resource: string;
  readonly kind: string;
}

interface Discovery {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly scope: string;
        readonly verbs: readonly string[];
        readonly responseKind: { readonly kind: string };
      }[];
    }[];
  }[];
}

async function namespacedKinds(api: Api): Promise<readonly Kind[]> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const answers = await Promise.all(['/api', '/apis'].map((root) => get<Discovery>(api, root, accept)));
  return answers.flatMap((answer) =>
    (answer?.items ?? []).flatMap(({ metadata, versions: [preferred] = [] }) => {
      const root = metadata?.name ? `/apis/${metadata.name}/${preferred?.version}` : `/api/${preferred?.version}`;
      return (preferred?.resources ?? [])
        .filter(
          ({ resource, scope, verbs }) => scope === 'Namespaced' && verbs.includes('list') && !journals.has(resource),
        )
        .map(({ resource, responseKind }) => ({ root, resource, kind: responseKind.kind }));
    }),
  );
}

async function listed(api: Api, { root, resource, kind }: Kind, namespace: string): Promise<KubernetesObject[]> {
  const list = await get<{ items: KubernetesObject[] }>(api, `${root}/namespaces/${namespace}/${resource}`);
  return (list?.items ?? [])
    .filter(({ metadata }) => metadata?.managedFields?.some(({ manager }) => manager === fieldManager))
    .map((object) => ({ kind, ...object }));
}

/** Uids of objects, by the same names. */
export function uidsOf(content: Content): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(content).map(([name, { metadata }]) => [name, metadata?.uid]));
}

/** What must be the same wherever the same plan has been applied: everything that is not drawn by lot or told by a clock. */
export function comparable(content: Content, namespace: string): unknown {
  const text = JSON.stringify(content, (key, value) => {
    if (drawn.has(key)) return undefined;
    return key === 'managedFields' ? managers(value) : value;
  });
  return JSON.parse(text.replaceAll(namespace, '<namespace>'));
}

/** Fields that the cluster fills in, each time with something else. The status follows from the rest. */
const drawn: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'status',
  'clusterIP',
  'clusterIPs',
  'volumeName',
  'volume.kubernetes.io/selected-node',
]);

function managers(fields: readonly { manager?: string; operation?: string; subresource?: string }[]): string[] {
  // Controllers report into the status whenever they get to it.
  return fields
    .filter(({ subresource }) => subresource !== 'status')
    .map(({ manager, operation, subresource = '' }) => `${manager} ${operation} ${subresource}`)
    .sort();
}
