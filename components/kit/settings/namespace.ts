import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import { gatewayParents } from '../../../config/cluster/entrances';
import type { Constraint } from '../../../config/constraint';
import { dnsLabel } from '../../../config/fields';
import { keyOf } from '../../../config/problems';

/** Where a system lives. */
export const namespace = (name: string) =>
  z
    .strictObject({
      name: dnsLabel
        .default(name)
        .describe("Namespace of the server, its own unless shared: none of Kubernetes' and none that others live in."),
      shared: z
        .boolean()
        .default(false)
        .describe('Whether others live there too. A shared namespace is never created, changed or deleted.'),
    })
    .prefault({});

export type NamespaceSettings = z.output<ReturnType<typeof namespace>>;

/** Namespaces of every cluster, in which nothing of ours belongs. */
export const builtInNamespaces: readonly string[] = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Namespaces in which others live, by what the facts of a cluster say, each with its key. */
export function namespacesOfFacts(cluster: ClusterFacts): ReadonlyMap<string, string> {
  const { argocd, dns, gateway, ingress, monitoring } = cluster;
  const named: readonly (readonly [string | undefined, string])[] = [
    [dns.namespace, 'cluster.dns.namespace'],
    [argocd?.namespace, 'cluster.argocd.namespace'],
    ...(gateway ? gatewayParents(gateway) : []).flatMap(({ key, namespace: its, proxies }) => [
      [its, keyOf(['cluster', 'gateway', ...key, 'namespace'])] as const,
      [proxies?.namespace, keyOf(['cluster', 'gateway', ...key, 'proxies', 'namespace'])] as const,
    ]),
    [ingress?.controller.namespace, 'cluster.ingress.controller.namespace'],
    [monitoring?.namespace, 'cluster.monitoring.namespace'],
  ];
  // Of several keys the first: the others may only repeat it.
  return new Map(named.flatMap(([name, key]) => (name === undefined ? [] : [[name, key] as const])).reverse());
}

/**
 * A namespace of one's own is closed for all pods in it, so that it must not be where others live.
 *
 * @param clients pods of the cluster that the settings name, and their key
 */
export function namespaceConstraints(
  path: readonly PropertyKey[],
  { name, shared }: NamespaceSettings,
  cluster: ClusterFacts,
  clients: readonly { readonly namespace: string }[] = [],
): Constraint[] {
  const key = [...path, 'name'];
  const fact = namespacesOfFacts(cluster).get(name);
  return [
    {
      path: key,
      expected: "a namespace of its own: this one is the cluster's",
      satisfied: !builtInNamespaces.includes(name),
    },
    {
      path: key,
      expected: `a namespace of its own, or shared true: ${fact} names this one, and it would be closed for those who live there`,
      satisfied: shared || fact === undefined || builtInNamespaces.includes(name),
    },
    {
      path: key,
      expected: 'a namespace of its own, or shared true: clients live in this one',
      satisfied: shared || clients.every(({ namespace }) => namespace !== name),
    },
  ];
}
