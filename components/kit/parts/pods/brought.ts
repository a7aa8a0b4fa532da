import type { PodsSettings } from '../../../../config/cluster/pods';
import type { SystemPlan } from '../../../system';
import type { Brought } from '../../../system/brought';
import { createSecret } from '../bringing';
import { defaultKey } from './outside';

/** What pods that talk to servers of others count on, and that somebody brings into their namespace. */
export function broughtOutside({ id, namespace, objects }: SystemPlan, pods: PodsSettings): Brought[] {
  const talks = Object.values(objects).some(({ reachesOut = [] }) => reachesOut.length > 0);
  if (!talks) return [];
  const { certificateAuthority: authority, proxy } = pods;
  const { key = defaultKey, name } = authority ?? {};
  const login = proxy?.secretName;
  return [
    ...(name === undefined
      ? []
      : [
          {
            kind: 'ConfigMap' as const,
            name,
            keys: [[key]],
            what: `authorities that ${id} trusts`,
            without: 'no server of others is trusted',
            by: 'person' as const,
            command: () => `kubectl -n ${namespace} create configmap ${name} --from-file=${key}=FILE`,
          },
        ]),
    ...(login === undefined
      ? []
      : [
          {
            kind: 'Secret' as const,
            name: login,
            keys: [['username', 'password']],
            what: `login of ${id} at the proxy`,
            without: 'the proxy lets nothing through',
            by: 'person' as const,
            command: () => `${createSecret(namespace, login)} --from-file=username=FILE --from-file=password=FILE`,
          },
        ]),
  ];
}
