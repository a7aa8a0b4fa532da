import type { ConnectionUser } from '../../kit/stores/postgres/connection-budget';
import { keyOf, type Rae } from '../instance';

/** Connections of one pool of the application; the cache, which a start and some tasks rebuild, has another of the same size. */
const pool = 10;

/**
 * Who holds connections to PostgreSQL: a pool for each pod of the API and for each running task, those of a pod and of a worker
 * that a rollout starts beside the others, the cache of one start and of one task, and the migration.
 */
export function connectionUsers({ api, worker }: Pick<Rae, 'api' | 'worker'>): ConnectionUser[] {
  const most = (part: Rae['api']) => part.scaling?.maxReplicas ?? part.replicas;
  const key = (part: 'api' | 'worker', { scaling }: Rae['api']) =>
    scaling ? keyOf(part, 'autoscaling', 'maxReplicas') : keyOf(part, 'replicas');
  return [
    { name: 'API', connections: pool, pods: most(api), surge: 1, key: key('api', api) },
    {
      name: `workers with ${worker.concurrency} tasks each`,
      connections: worker.concurrency * pool,
      pods: most(worker),
      surge: 1,
      key: key('worker', worker),
    },
    { name: 'caches that are rebuilt', connections: pool, pods: 2, key: keyOf('postgres') },
    { name: 'migration', connections: 1, pods: 1, key: keyOf('postgres') },
  ];
}
