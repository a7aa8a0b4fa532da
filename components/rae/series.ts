import type { Rae } from './instance';
import { claims, names, system } from './names';

/** Names of the Probes, which become the job of their series. */
export const jobs = { health: `${system}-health`, outside: `${system}-outside` } as const;

/** Names of the exporters, and of the job of their series. */
export const exporterNames = {
  postgres: `${system}-postgresql-exporter`,
  redis: `${system}-redis-exporter`,
} as const;

/** The list in Redis in which tasks wait, as the exporter is asked for it. */
export const queue = { database: 'db1', key: 'celery' } as const;

/** Selectors of the series of the system. */
export function seriesOf({ namespace, stores }: Rae) {
  const within = (labels: string) => `namespace="${namespace}"${labels === '' ? '' : `,${labels}`}`;
  const job = (name: string) => within(`job="${name}"`);
  const own = [
    ...(stores.postgres.settings.mode === 'embedded' ? [claims.postgres] : []),
    // The operator numbers its servers and their claims.
    ...(stores.postgres.settings.mode === 'cloudnative-pg' ? [`${names.postgres}-[0-9]+`] : []),
    ...(stores.redis.settings.mode === 'embedded' ? [claims.redis] : []),
    ...(stores.qdrant.settings ? [claims.qdrant, claims.qdrantSnapshots] : []),
    claims.backup,
  ];
  return {
    pods: within(''),
    api: job(names.api),
    postgres: job(exporterNames.postgres),
    redis: job(exporterNames.redis),
    qdrant: job(names.qdrant),
    queue: `redis_key_size{${job(exporterNames.redis)},db="${queue.database}",key="${queue.key}"}`,
    claims: within(`persistentvolumeclaim=~"${own.join('|')}"`),
    vectors: within(`persistentvolumeclaim="${claims.qdrant}"`),
    backup: within(`cronjob="${names.backup}"`),
    drill: within(`cronjob="${names.backup}-drill"`),
    // A Job has the hash of what it is made of behind its name.
    madeBefore: within(`job_name=~"(${names.migration}|${names.collection})-[0-9a-z]+"`),
    deployment: (name: string) => within(`deployment="${name}"`),
    autoscalers: within(`horizontalpodautoscaler=~"${[names.api, names.ml, names.worker].join('|')}"`),
    probe: (name: string) => `probe_success{${job(name)}}`,
  };
}
