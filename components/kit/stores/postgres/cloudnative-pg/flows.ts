import type { ClusterFacts } from '../../../../../config/cluster';
import type { Flow, Labels, Peer } from '../../../../system/flow';
import { cloudNativePgLabels } from '../../../objects/cloudnative-pg';
import { peerAt, remoteOf } from '../../../parts/peer';
import type { StoreFlowsArgs } from '../../flows';
import type { PostgresMode } from '../modes';
import { cloudNativePgNames } from './names';

/** Ports of the operator's pods: the database, what the operator asks them, and metrics of both kinds. */
const ports = { requests: 5432, status: 8000, metrics: 9187, poolerMetrics: 9127 } as const;

export interface CloudNativePgFlowsArgs extends StoreFlowsArgs {
  /**
   * Labels of its servers, which the operator puts on each of them (`inheritedMetadata`): its own label of the cluster is on
   * the pods of the pooler too.
   */
  readonly pods: Labels;
  /** Labels of the pods that need a session of their own, past a pooler; those of the clients where there is none. */
  readonly sessions: Labels;
  /** Name of the cluster of databases. */
  readonly database: string;
  readonly settings: PostgresMode<'cloudnative-pg'>;
  readonly cluster: ClusterFacts;
}

/**
 * What the pods of a cluster of databases need: their clients, each other, the operator, the API server that their instance
 * manager talks to, names, and the object storage of their backups.
 * @see https://cloudnative-pg.io/documentation/current/networking/
 */
export function cloudNativePgFlows(args: CloudNativePgFlowsArgs): Flow[] {
  const { clients, cluster, database, name, purpose, sessions, settings } = args;
  const servers = { ...args.pods, [cloudNativePgLabels.servers]: database };
  const pooler = settings.pooler && { [cloudNativePgLabels.pooler]: cloudNativePgNames(database).pooler };
  const pods = (labels: Labels): Peer => ({ kind: 'pods', labels });
  const flow = (
    direction: Flow['direction'],
    word: string,
    ours: Labels,
    peer: Peer,
    port: Flow['port'],
    what: string,
  ): Flow => ({ name: `${name}-${word}`, pods: ours, direction, peer, port, purpose: what });
  const { requests, status } = ports;
  const operator: Peer | undefined = cluster.cloudNativePg && { kind: 'pods', ...cluster.cloudNativePg.operator };
  const storage = settings.backup && peerAt(remoteOf(settings.backup.endpoint), cluster);
  const ofServers = 'replication, and the making of replicas';
  return [
    flow('out', 'out', sessions, pods(servers), requests, purpose),
    flow('in', 'in', servers, pods(sessions), requests, purpose),
    flow('out', 'to-replicas', servers, pods(servers), [requests, status], ofServers),
    flow('in', 'from-replicas', servers, pods(servers), [requests, status], ofServers),
    ...(operator ? [flow('in', 'from-operator', servers, operator, [requests, status], 'state and backups')] : []),
    flow('out', 'to-api-server', servers, { kind: 'api-server' }, cluster.apiServer.port, 'its own state'),
    flow('out', 'dns', servers, { kind: 'dns' }, 53, 'names'),
    ...(storage ? [flow('out', 'to-storage', servers, storage.peer, storage.port, 'base backups and logs')] : []),
    ...(cluster.monitoring
      ? [flow('in', 'from-monitoring', servers, { kind: 'monitoring' }, ports.metrics, 'metrics')]
      : []),
    ...(pooler
      ? [
          flow('out', 'to-pooler', clients, pods(pooler), requests, purpose),
          flow('in', 'pooler-in', pooler, pods(clients), requests, purpose),
          flow('out', 'pooler-out', pooler, pods(servers), requests, 'connections that the pooler lends out'),
          flow('in', 'from-pooler', servers, pods(pooler), requests, 'connections that the pooler lends out'),
          flow('out', 'pooler-to-api-server', pooler, { kind: 'api-server' }, cluster.apiServer.port, 'its own state'),
          flow('out', 'pooler-dns', pooler, { kind: 'dns' }, 53, 'names'),
          ...(cluster.monitoring
            ? [flow('in', 'pooler-from-monitoring', pooler, { kind: 'monitoring' }, ports.poolerMetrics, 'metrics')]
            : []),
        ]
      : []),
  ];
}
