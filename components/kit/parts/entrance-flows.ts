import type { ClusterFacts } from '../../../config/cluster';
import type { Flow, Labels } from '../../system/flow';
import type { BackupSettings } from '../settings/backup';
import { type ClientSettings, clientInWords } from '../settings/clients';
import { outsidePeer } from './exposure';
import { peerAt, remoteOf } from './peer';

/** Who comes in to a server: users from outside where it is exposed, and each of its clients in the cluster. */
export function entranceFlows(
  pods: Labels,
  port: number,
  { clients, exposure }: { readonly clients: ClientSettings; readonly exposure: Parameters<typeof outsidePeer>[0] },
): Flow[] {
  const peer = outsidePeer(exposure);
  const into = { pods, direction: 'in', port } as const;
  return [
    ...(peer ? [{ name: 'from-outside', ...into, peer, purpose: 'requests of users' }] : []),
    ...clients.map(({ labels, namespace }, index) => ({
      name: `from-client-${index + 1}`,
      ...into,
      peer: { kind: 'pods', namespace, labels } as const,
      purpose: `requests of ${clientInWords(namespace)}`,
    })),
  ];
}

/** The pods of backups to their bucket; to a volume nothing leaves them. */
export function backupFlows(
  podsOf: (purpose: 'backup' | 'restore' | 'drill') => Labels,
  { target }: Pick<BackupSettings, 'target'>,
  cluster: ClusterFacts,
): Flow[] {
  if (target.kind !== 's3') return [];
  const remote = peerAt(remoteOf(target.endpoint), cluster);
  return (['backup', 'restore', 'drill'] as const).map((purpose) => ({
    name: `${purpose}-to-storage`,
    pods: podsOf(purpose),
    direction: 'out',
    ...remote,
    purpose: 'backups',
  }));
}
