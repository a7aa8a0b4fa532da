import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { dnsLabel, labels } from '../../../config/fields';
import { everyNamespace } from '../../system/flow';

/** Pods of the cluster that may call a server directly. */
export const clients = z
  .array(
    z.strictObject({
      namespace: z
        .union([z.literal(everyNamespace), dnsLabel], {
          error: 'a namespace, or "*" for every namespace of a cluster that is not production',
        })
        .describe('Namespace of the pods; "*" is every namespace, on stacks that are not production.'),
      labels: labels.default({}).describe('Labels of the pods. Default: every pod of the namespace.'),
    }),
  )
  .default([])
  .describe(
    'Pods of the cluster that may call the server directly, past the Gateway. Without an entry the in-cluster URL is for nobody: network policies deny every other pod.',
  );

export type ClientSettings = z.output<typeof clients>;

/** A client in words, such as `pods in agents`. */
export function clientInWords(namespace: string): string {
  return namespace === everyNamespace ? 'every pod of the cluster' : `pods in ${namespace}`;
}

/** @param path of the key of the clients */
export function clientConstraints(
  path: readonly PropertyKey[],
  list: ClientSettings,
  { production }: Pick<ClusterFacts, 'production'>,
): Constraint[] {
  return list.map(({ namespace }, index) => ({
    path: [...path, index, 'namespace'],
    expected:
      'the name of a namespace: on a production stack whoever may start a pod anywhere on the cluster would reach the server',
    satisfied: !production || namespace !== everyNamespace,
  }));
}
