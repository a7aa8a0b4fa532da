import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writtenSeries } from '../../components/rae/written-series';
import { itWatchesABackup } from '../support/alerts/backup-age';
import { type Dashboard, itIsADashboard, queriesOf, rulesFor } from '../support/alerts/dashboard';
import { itTellsOfALoss } from '../support/alerts/down';
import { exportersIn } from '../support/alerts/exporters';
import { selectorsOf, unknownMetrics } from '../support/alerts/metrics';
import { itWatchesAVolume } from '../support/alerts/nearly-full';
import { type Labels, type Promtool, promtool, type Series } from '../support/alerts/promtool';
import { itCountsRestarts } from '../support/alerts/restarting';
import { itIsARuleFile } from '../support/alerts/rule-file';
import { fires, hour, missing, rulesOf, sequence, silent, steady, trialOf } from '../support/alerts/samples';
import { described, problems, twoClients } from '../support/unit/rae';

const projectDir = join(__dirname, '..', '..');
const namespace = 'rae-memory';
const settings = {
  authentication: twoClients,
  exposure: { kind: 'ingress', hostname: 'rae.example.org' },
  backup: { schedule: '@hourly', maxAgeSeconds: 7200, drill: { schedule: '@hourly', maxAgeSeconds: 7200 } },
  postgres: { mode: 'embedded', exporter: {} },
  redis: { mode: 'embedded', exporter: {} },
};
const system = described(settings);
const rules = rulesOf(system);
const from = exportersIn(namespace);

let tool: Promtool;
const trial = trialOf(rules, () => tool);
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

/** Series of the API itself, as Prometheus has them after the scrape. */
const api = (metric: string, labels: Labels, samples: string, pod = 'rae-memory-api-abc-de'): Series => ({
  metric,
  labels: {
    ...{ namespace, job: 'rae-memory-api', service: 'rae-memory-api', container: 'bearer-proxy', endpoint: 'health' },
    ...{ pod, instance: `${pod}:8082` },
    ...labels,
  },
  samples,
});
const requests = (perMinute: number, status: string, handler = '/v2/memories', minutes = 2 * hour) =>
  api('http_requests_total', { method: 'POST', handler, status }, `0+${perMinute}x${minutes}`);
/** Requests a minute, and those of them that took no longer than a second. */
const timed = (all: number, quick: number, handler = '/v2/memories') => [
  api('http_request_duration_seconds_count', { method: 'POST', handler }, `0+${all}x${2 * hour}`),
  api('http_request_duration_seconds_bucket', { method: 'POST', handler, le: '0.5' }, `0+${quick}x${2 * hour}`),
  api('http_request_duration_seconds_bucket', { method: 'POST', handler, le: '1.0' }, `0+${quick}x${2 * hour}`),
  api('http_request_duration_seconds_bucket', { method: 'POST', handler, le: '+Inf' }, `0+${all}x${2 * hour}`),
];

/** Written down from the reference of the pinned version: what a run of it had on its page of metrics. */
const ofTheApi = [
  'http_request_duration_highr_seconds_bucket',
  'http_request_duration_seconds_bucket',
  'http_request_duration_seconds_count',
  'http_requests_total',
  'memory_reflection_event_total',
];

describe('what alerts and dashboards of RAE ask for', () => {
  const dashboards = dashboardsOf();
  const asked = [
    ...rules.groups.flatMap((group) => group.rules.map(({ expr }) => expr)),
    ...dashboards.flatMap((each) => queriesOf(each).map(([, { expr }]) => expr)),
  ];

  it('of the API are series that the pinned version writes, and no other', () => {
    const own = asked.flatMap(selectorsOf).filter(({ labels }) => labels.includes('job="rae-memory-api"'));
    const metrics = [...new Set(own.map(({ metric }) => metric))].sort();
    assert.deepEqual(metrics, ofTheApi);
    const written: readonly string[] = writtenSeries['3243807c'];
    assert.deepEqual(
      metrics.filter((metric) => !written.includes(metric)),
      [],
    );
  });

  it('of others are series that their exporters have, within one namespace', () => {
    for (const expr of asked) {
      const others = unknownMetrics(expr).filter((metric) => !ofTheApi.includes(metric));
      assert.deepEqual(
        others.filter((metric) => !/^nginx_ingress_controller_/.test(metric)),
        [],
        expr,
      );
      for (const { labels } of selectorsOf(expr)) assert.match(labels, /namespace="rae-memory"/, expr);
    }
  });

  it('is nothing that is registered and never moves, or that no version has', () => {
    const silentSeries =
      /cache_(hit|miss)_total|cache_size_mb|embedding_time|vector_query_time|rae_api_|rae_errors|llm_cost|rae_cost_|memory_(store|query|delete)_total|rae_reflective_|rae_memory_operations|rae_llm_cost|rae_budget_/;
    for (const expr of asked) assert.doesNotMatch(expr, silentSeries);
    for (const series of Object.values(writtenSeries).flat()) assert.doesNotMatch(series, silentSeries);
  });
});

describe('the alerts of RAE on budgets', () => {
  it('are refused where the version tells of no budget', () => {
    const [problem = '', ...others] = problems({ cost: { budgetAlerts: true } });
    assert.deepEqual(others, []);
    assert.match(
      problem,
      /^rae\.cost\.budgetAlerts: .*version 3243807c writes no rae_budget_remaining and no rae_budget_limit/,
    );
    assert.deepEqual(problems({ cost: { budgetAlerts: false } }), []);
  });
});

describe('the alerts of RAE', () => {
  const health = 'rae-memory-health';
  const target = 'http://rae-memory-api.rae-memory.svc.cluster.local:8082/health';

  itIsARuleFile(projectDir, () => tool, rules, [
    ...['RAEDown', 'RAEApiErrors', 'RAEApiSlow', 'RAERestarting'],
    ...['RAEMigrationFailed', 'RAEWorkersGone', 'RAEBeatGone', 'RAEQueueLong', 'RAEAtItsLimit'],
    ...['RAEPostgresDown', 'RAEPostgresConnections', 'RAERedisDown', 'RAERedisMemoryFull', 'RAERedisNotWritten'],
    ...['RAEQdrantDown', 'RAEQdrantStorageFull'],
    ...['RAEPodNotReady', 'RAEHighMemory', 'RAEVolumeNearlyFull', 'RAEBackupTooOld', 'RAEDrillTooOld'],
    'RAECertificateExpiring',
  ]);

  describe('RAEDown', () =>
    itTellsOfALoss({
      ...{ alert: 'RAEDown', trial, patience: 5 },
      series: (samples) => from.probe(health, target, samples),
      labels: from.probeLabels(health, target),
    }));

  describe('RAEApiErrors', () => {
    const alert = 'RAEApiErrors';

    it('fires when more than 5 % of all requests fail, of all pods together', () =>
      trial([requests(93, '2xx'), requests(7, '5xx')], ...silent(alert, 1), fires(alert, 30, {})));

    it('is silent at 4 %, at nothing but refusals, and where nobody asks anything', async () => {
      await trial([requests(96, '2xx'), requests(4, '5xx')], ...silent(alert, 30, 90));
      await trial([requests(10, '2xx'), requests(90, '4xx')], ...silent(alert, 30, 90));
      await trial([requests(0, '2xx'), requests(0, '5xx')], ...silent(alert, 30, 90));
    });
  });

  describe('RAEApiSlow', () => {
    const alert = 'RAEApiSlow';

    it('fires when more than 5 % of the requests take longer than a second', () =>
      trial(timed(100, 90), ...silent(alert, 9), fires(alert, 30, {})));

    it('is silent at 3 %', () => trial(timed(100, 97), ...silent(alert, 30, 90)));

    it('leaves calls of a language model out, which take minutes', () =>
      trial([...timed(100, 99), ...timed(1000, 0, '/v2/agent/execute')], ...silent(alert, 30, 90)));
  });

  describe('RAERestarting', () => {
    const [container, pod] = ['rae-memory-api', 'rae-memory-api-abc-de'];
    itCountsRestarts({
      ...{ alert: 'RAERestarting', trial },
      restarts: (samples, { exporter } = {}) => from.restarts(container, pod, samples, exporter),
      labels: { namespace, container, pod },
    });
  });

  describe('RAEMigrationFailed', () => {
    const alert = 'RAEMigrationFailed';
    const failed = (job_name: string, samples: string, condition = 'true') =>
      from.state('kube_job_failed', { job_name, condition }, samples);

    it('fires for each Job before a version that has failed for good, until it is deleted', async () => {
      for (const job_name of ['rae-memory-migration-5f2a9c01', 'rae-memory-collection-0b7de4aa']) {
        await trial(
          [failed(job_name, sequence(missing(10), steady(1, 20), missing(20)))],
          ...silent(alert, 9),
          fires(alert, 12, { namespace, job_name }),
          ...silent(alert, 40),
        );
      }
    });

    it('is silent about Jobs that run or have ended well, and about those of backups', () =>
      trial(
        [
          failed('rae-memory-migration-5f2a9c01', steady(0, hour)),
          failed('rae-memory-migration-0b7de4aa', steady(1, hour), 'false'),
          failed('rae-memory-backup-29345123', steady(1, hour)),
        ],
        ...silent(alert, 30, 59),
      ));
  });

  for (const [alert, deployment] of [
    ['RAEWorkersGone', 'rae-memory-celery-worker'],
    ['RAEBeatGone', 'rae-memory-beat'],
  ] as const) {
    describe(alert, () => {
      const available = (samples: string) =>
        from.state('kube_deployment_status_replicas_available', { deployment }, samples);
      itTellsOfALoss({
        ...{ alert, trial, patience: 15, series: available },
        labels: { present: available('').labels, gone: { namespace, deployment } },
      });
    });
  }

  describe('RAEQueueLong', () => {
    const alert = 'RAEQueueLong';
    const length = (key: string, samples: string, db = 'db1') =>
      from.scraped('redis_key_size', 'rae-memory-redis-exporter', { db, key }, samples);

    it('fires when more than 200 tasks wait for a quarter of an hour', () =>
      trial(
        [length('celery', sequence(steady(200, 30), steady(201, hour)))],
        ...silent(alert, 29, 44),
        fires(alert, 45, { namespace }),
      ));

    it('is silent where they are worked off before, and about any other list', async () => {
      await trial([length('celery', sequence(steady(500, 14), steady(3, hour)))], ...silent(alert, 13, 14, 40));
      await trial(
        [length('other', steady(500, hour)), length('celery', steady(500, hour), 'db0')],
        ...silent(alert, 40),
      );
    });
  });

  describe('RAEAtItsLimit', () => {
    const alert = 'RAEAtItsLimit';
    const name = 'rae-memory-celery-worker';
    const replicas = (current: number, limited: number, of = name) => [
      from.state(
        'kube_horizontalpodautoscaler_status_current_replicas',
        { horizontalpodautoscaler: of },
        steady(current, 2 * hour),
      ),
      from.state(
        'kube_horizontalpodautoscaler_spec_max_replicas',
        { horizontalpodautoscaler: of },
        steady(10, 2 * hour),
      ),
      from.state(
        'kube_horizontalpodautoscaler_status_condition',
        { horizontalpodautoscaler: of, condition: 'ScalingLimited', status: 'true' },
        steady(limited, 2 * hour),
      ),
    ];

    it('fires after an hour at the highest number of replicas with more wanted', () =>
      trial(replicas(10, 1), ...silent(alert, 59), fires(alert, 60, { namespace, horizontalpodautoscaler: name })));

    it('is silent where that is enough, below it, and about autoscalers of others', async () => {
      await trial(replicas(10, 0), ...silent(alert, 90));
      await trial(replicas(9, 1), ...silent(alert, 90));
      await trial(replicas(10, 1, 'somebody'), ...silent(alert, 90));
    });
  });

  for (const [alert, service, metric, patience] of [
    ['RAEPostgresDown', 'rae-memory-postgresql-exporter', 'pg_up', 5],
    ['RAERedisDown', 'rae-memory-redis-exporter', 'redis_up', 5],
    ['RAEQdrantDown', 'rae-memory-qdrant', 'up', 5],
  ] as const) {
    describe(alert, () => {
      itTellsOfALoss({
        ...{ alert, trial, patience, labels: from.scrapedLabels(service) },
        series: (samples) => from.scraped(metric, service, {}, samples),
      });
    });
  }

  describe('RAEPostgresConnections', () => {
    const alert = 'RAEPostgresConnections';
    const service = 'rae-memory-postgresql-exporter';
    const used = (rae: number, postgres: number) => [
      from.scraped(
        'pg_stat_database_numbackends',
        service,
        { datid: '16384', datname: 'rae_memory' },
        steady(rae, hour),
      ),
      from.scraped(
        'pg_stat_database_numbackends',
        service,
        { datid: '5', datname: 'postgres' },
        steady(postgres, hour),
      ),
      from.scraped('pg_settings_max_connections', service, { server: 'rae-memory-postgresql:5432' }, steady(400, hour)),
    ];

    it('fires when all databases together use more than 85 %', () =>
      trial(used(335, 10), ...silent(alert, 9), fires(alert, 10, {})));

    it('is silent below', () => trial(used(330, 10), ...silent(alert, 10, 40)));
  });

  describe('RAEVolumeNearlyFull', () => {
    for (const claim of ['data-rae-memory-postgresql-0', 'redis-data-rae-memory-redis-master-0']) {
      itWatchesAVolume({
        ...{ alert: 'RAEVolumeNearlyFull', trial, percent: 15, patience: 10 },
        volume: (unit, free, total) => from.volume(claim, unit, free, total),
        labels: { namespace, persistentvolumeclaim: claim },
      });
    }
  });

  for (const [alert, cronjob] of [
    ['RAEBackupTooOld', 'rae-memory-backup'],
    ['RAEDrillTooOld', 'rae-memory-backup-drill'],
  ] as const) {
    describe(alert, () => {
      const backup = (created: string, succeeded?: string, exporter?: string) =>
        from.cronJob(cronjob, created, succeeded, exporter);
      itWatchesABackup({ alert, trial, backup, labels: { namespace, cronjob }, maxAge: 120 });
    });
  }
});

describe('stores of RAE without exporters', () => {
  it('have no alert that waits for their series', () => {
    const names = rulesOf(described({ authentication: twoClients })).groups.flatMap((group) =>
      group.rules.map(({ alert }) => alert),
    );
    assert.deepEqual(
      names.filter((name) => /Postgres|Redis|Queue/.test(name)),
      [],
    );
  });

  it('leave the log of a Redis that somebody else runs to them', () => {
    const redis = { mode: 'external', host: 'redis.example.org', exporter: {} };
    const names = rulesOf(described({ ...settings, redis })).groups.flatMap((group) =>
      group.rules.map(({ alert }) => alert),
    );
    assert.deepEqual(
      names.filter((name) => /Redis/.test(name)),
      ['RAERedisDown', 'RAERedisMemoryFull'],
    );
  });
});

function dashboardsOf(): Dashboard[] {
  return Object.values(system.objects).flatMap(({ object }) =>
    object.kind === 'ConfigMap' && object.metadata.labels?.grafana_dashboard === '1'
      ? [JSON.parse(Object.values(object.data ?? {})[0] ?? '') as Dashboard]
      : [],
  );
}

describe('the dashboards of RAE', () => {
  const all = dashboardsOf();

  it('are of the API, the workers, the stores and cost, each with an address of its own', () => {
    assert.deepEqual(
      all.map(({ title }) => title),
      [...['RAE: API (rae-memory)', 'RAE: workers (rae-memory)', 'RAE: stores (rae-memory)', 'RAE: cost (rae-memory)']],
    );
    assert.equal(new Set(all.map(({ uid }) => uid)).size, 4);
  });

  for (const dashboard of all) {
    describe(dashboard.title, () =>
      itIsADashboard(
        dashboard,
        () => tool,
        'namespace="rae-memory"',
        new RegExp(`^(nginx_ingress_controller_.*|${ofTheApi.join('|')})$`),
      ),
    );
  }

  it('show something in every panel of a system that works', async () => {
    const busy: Series[] = [
      requests(60, '2xx'),
      requests(1, '5xx'),
      requests(6, '2xx', '/v2/agent/execute'),
      api('http_request_duration_highr_seconds_bucket', { le: '0.5' }, `0+50x${hour}`),
      api('http_request_duration_highr_seconds_bucket', { le: '+Inf' }, `0+60x${hour}`),
      api('memory_reflection_event_total', {}, `0+1x${hour}`),
      from.probe('rae-memory-health', 'http://x/health', steady(1, hour)),
      from.restarts('rae-memory-api', 'rae-memory-api-abc-de', steady(0, 2 * hour)),
      {
        metric: 'nginx_ingress_controller_request_duration_seconds_bucket',
        labels: { exported_namespace: namespace, ingress: 'rae-memory', le: '+Inf' },
        samples: `0+60x${hour}`,
      },
      ...['api', 'ml-service', 'celery-worker', 'beat'].flatMap((part) => {
        const deployment = `rae-memory-${part}`;
        const pod = `${deployment}-abc-de`;
        return [
          from.state('kube_deployment_spec_replicas', { deployment }, steady(2, hour)),
          from.state('kube_deployment_status_replicas_available', { deployment }, steady(2, hour)),
          from.container('container_cpu_usage_seconds_total', deployment, pod, `0+30x${hour}`),
          from.container('container_memory_working_set_bytes', deployment, pod, steady(2 ** 29, hour)),
          {
            ...from.container('container_network_transmit_bytes_total', '', pod, `0+1000x${hour}`),
            labels: { namespace, pod, interface: 'eth0', job: 'kubelet' },
          },
        ];
      }),
      from.scraped('pg_stat_database_numbackends', 'rae-memory-postgresql-exporter', {}, steady(5, hour)),
      from.scraped('pg_settings_max_connections', 'rae-memory-postgresql-exporter', {}, steady(400, hour)),
      ...(['redis_memory_used_bytes', 'redis_memory_max_bytes'] as const).map((metric) =>
        from.scraped(metric, 'rae-memory-redis-exporter', {}, steady(5, hour)),
      ),
      ...(['redis_keyspace_hits_total', 'redis_keyspace_misses_total'] as const).map((metric) =>
        from.scraped(metric, 'rae-memory-redis-exporter', {}, `0+6x${hour}`),
      ),
      from.scraped('redis_key_size', 'rae-memory-redis-exporter', { db: 'db1', key: 'celery' }, steady(0, hour)),
      from.scraped('collection_points', 'rae-memory-qdrant', { id: 'memories' }, steady(100, hour)),
      from.scraped('rest_responses_total', 'rae-memory-qdrant', { method: 'PUT', status: '200' }, `0+6x${hour}`),
      ...from.volume('data-rae-memory-postgresql-0', 'bytes', steady(5, hour), steady(10, hour)),
      ...from.cronJob('rae-memory-backup', steady(0, hour)),
    ];
    for (const dashboard of all) {
      const queries = queriesOf(dashboard);
      const shown = trialOf(rulesFor(queries), () => tool);
      await shown(
        busy,
        queries.map((_, place) => fires(`Query${place}`, 30, {})),
      );
    }
  });
});
