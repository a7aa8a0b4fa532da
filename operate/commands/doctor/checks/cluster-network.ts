import type { ClusterFacts } from '../../../../config/cluster';
import { type Answer, type Check, missing, ok, warning } from '../check';
import type { DaemonSet } from './network';

export interface DnsPod {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly containers?: readonly {
      readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
    }[];
  };
}

interface Service {
  readonly spec?: { readonly ipFamilies?: readonly string[] };
}

/** Whether names are answered, and servers listen, where the stack file takes them to: policies close off everything else. */
export const clusterNetwork: Check = ({ look, stack }) => {
  const { dns, ipFamilies } = stack.plan.cluster;
  const asks = stack.plan.systems.some(({ flows }) => flows.some(({ peer }) => peer.kind === 'dns'));
  return [
    ...(asks
      ? [
          {
            subject: 'DNS of the cluster',
            answer: async () => {
              const pods = await look.list<DnsPod>(`/api/v1/namespaces/${dns.namespace}/pods`);
              return resolvers(pods, await look.list<DaemonSet>('/apis/apps/v1/daemonsets'), dns);
            },
          },
        ]
      : []),
    {
      subject: 'IP family of the cluster',
      answer: async () => {
        const found = await look.at<Service>('/api/v1/namespaces/default/services/kubernetes');
        return firstFamily(found?.spec?.ipFamilies?.[0], ipFamilies);
      },
    },
  ];
};

/** Whether look-ups find somebody at the other end of their policy. */
export function resolvers(
  pods: readonly DnsPod[],
  daemonSets: readonly DaemonSet[],
  { addresses, labels, namespace, ports }: ClusterFacts['dns'],
): Answer {
  const selected = pods.filter(({ metadata }) =>
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value),
  );
  const cache = daemonSets.find(({ metadata }) => /^node-?local-?dns/.test(metadata.name));
  if (
    cache &&
    addresses.length === 0 &&
    !selected.some(({ metadata }) => metadata.name.startsWith(cache.metadata.name))
  ) {
    return warning(
      `${cache.metadata.name} answers on the node, by an address that no policy opens`,
      'set cluster.dns.addresses to the resolver that /etc/resolv.conf of a pod names, such as 169.254.20.10/32',
    );
  }
  if (selected.length === 0) {
    if (addresses.length > 0) return ok(`by ${addresses.join(', ')}`);
    const found = `no pod in ${namespace} has the labels ${inWords(labels)}`;
    const remedy = 'set cluster.dns to the pods that answer, else no pod of ours finds a name';
    return pods.length > 0 ? missing(found, remedy) : warning(found, remedy);
  }
  const known = selected.flatMap(({ spec }) =>
    (spec?.containers ?? []).flatMap((container) =>
      (container.ports ?? []).filter(({ protocol }) => protocol === 'UDP').map(({ containerPort }) => containerPort),
    ),
  );
  if (known.length > 0 && !known.some((port) => ports.includes(port))) {
    const listed = [...new Set(known)].join(', ');
    return missing(`the pods in ${namespace} answer on port ${listed}`, `set cluster.dns.ports to [${listed}]`);
  }
  return ok(`${selected.length} ${selected.length === 1 ? 'pod' : 'pods'} in ${namespace}`);
}

/** Whether servers listen on the family that Services of the cluster have first. */
export function firstFamily(found: string | undefined, said: ClusterFacts['ipFamilies']): Answer {
  if (found === undefined) return warning('the Service kubernetes tells none', 'see that cluster.ipFamilies is right');
  if (found === said[0]) return ok(found);
  const remedy = `set cluster.ipFamilies to [${found}], or to both with ${found} first`;
  return missing(`${found}, and the stack says ${said[0]}: probes and Services would not find what listens`, remedy);
}

function inWords(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}
