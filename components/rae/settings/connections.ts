/** Connections of one pool of the application; the cache, which a start and some tasks rebuild, has another of the same size. */
const pool = 10;

/** What decides how many connections to PostgreSQL are open at the same time. */
export interface Connecting {
  /** Most pods of the API. */
  readonly apiPods: number;
  /** Most workers, and the tasks of each at the same time. */
  readonly workers: number;
  readonly concurrency: number;
}

/**
 * Connections that are open at the most: a pool for each pod of the API and for each running task, those of a pod and of a
 * worker that a rollout starts beside the others, the cache of one start and of one task, and the migration.
 */
export function mostConnections({ apiPods, concurrency, workers }: Connecting): number {
  const starting = pool + concurrency * pool;
  const caches = 2 * pool;
  const migration = 1;
  return apiPods * pool + workers * concurrency * pool + starting + caches + migration;
}
