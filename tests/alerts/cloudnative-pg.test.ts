import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writtenSeries } from '../../components/kit/stores/postgres/cloudnative-pg/written-series';
import { itTellsOfALoss } from '../support/alerts/down';
import { exportersIn } from '../support/alerts/exporters';
import { type CloudNativePgMetric, cloudNativePgMetrics, selectorsOf } from '../support/alerts/metrics';
import { itWatchesAVolume } from '../support/alerts/nearly-full';
import { type Promtool, promtool } from '../support/alerts/promtool';
import { itIsARuleFile } from '../support/alerts/rule-file';
import { fires, hour, missing, rulesOf, sequence, silent, steady, trialOf } from '../support/alerts/samples';
import { described, facts, twoClients } from '../support/unit/rae';

const projectDir = join(__dirname, '..', '..');
const namespace = 'rae-memory';
const cluster = { ...facts, cloudNativePg: { barmanPlugin: true } };
const backup = { endpoint: 'https://s3.example.org', bucket: 'log', secretName: 's3', schedule: '@hourly' };
const postgres = { mode: 'cloudnative-pg', pooler: {}, backup: { ...backup, maxAgeSeconds: 7200 } };
const rules = rulesOf(described({ authentication: twoClients, postgres }, cluster));
const ofOperator = /^RAEPostgres/;
const own = {
  groups: rules.groups.map((group) => ({ ...group, rules: group.rules.filter(({ alert }) => ofOperator.test(alert)) })),
};

const from = exportersIn(namespace);
const servers = 'rae-memory-postgresql';
const pooler = 'rae-memory-postgresql-pooler';
const [primary, replica] = [`${servers}-1`, `${servers}-2`];
const server = (metric: CloudNativePgMetric, pod: string, samples: string, labels = {}) =>
  from.ofPod(metric, servers, pod, labels, samples);

let tool: Promtool;
const trial = trialOf(rules, () => tool);
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

describe('the alerts on a PostgreSQL of CloudNativePG', () => {
  itIsARuleFile(projectDir, () => tool, own, [
    ...['RAEPostgresServerDown', 'RAEPostgresReplicaBehind'],
    ...['RAEPostgresLogNotArchived', 'RAEPostgresBaseBackupTooOld', 'RAEPostgresPoolerFull'],
  ]);

  it('ask for what the operator and its plugin write, in every version of the list', () => {
    const asked = own.groups.flatMap((group) => group.rules.flatMap(({ expr }) => selectorsOf(expr)));
    assert.deepEqual([...new Set(asked.map(({ metric }) => metric))].sort(), [...cloudNativePgMetrics]);
    assert.deepEqual(Object.values(writtenSeries).flat().sort(), [...cloudNativePgMetrics]);
    for (const { labels } of asked) assert.match(labels, /namespace="rae-memory",job="rae-memory\//);
  });

  it('are not there for backups and a pooler that are not', () => {
    const plain = rulesOf(described({ authentication: twoClients, postgres: { mode: 'cloudnative-pg' } }, cluster));
    const names = plain.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    assert.deepEqual(
      names.filter((name) => ofOperator.test(name)),
      ['RAEPostgresServerDown', 'RAEPostgresReplicaBehind'],
    );
  });

  describe('RAEPostgresServerDown', () => {
    const { gone } = from.podLabels(servers, primary);
    itTellsOfALoss({
      ...{ alert: 'RAEPostgresServerDown', trial, patience: 5 },
      series: (samples) => server('cnpg_collector_up', primary, samples, { cluster: servers }),
      labels: { present: { ...from.podLabels(servers, primary).present, cluster: servers }, gone },
    });
  });

  describe('RAEPostgresReplicaBehind', () => {
    const alert = 'RAEPostgresReplicaBehind';
    const behind = (seconds: string, receives = steady(1, hour)) => [
      server('cnpg_pg_replication_lag', primary, steady(0, hour)),
      server('cnpg_pg_replication_in_recovery', primary, steady(0, hour)),
      server('cnpg_pg_replication_is_wal_receiver_up', primary, steady(0, hour)),
      server('cnpg_pg_replication_lag', replica, seconds),
      server('cnpg_pg_replication_in_recovery', replica, steady(1, hour)),
      server('cnpg_pg_replication_is_wal_receiver_up', replica, receives),
    ];

    it('fires when a replica is more than five minutes behind, and ends when it has caught up', () =>
      trial(
        behind(sequence(steady(300, 20), steady(301, 20), steady(0, 20))),
        ...silent(alert, 19, 24),
        fires(alert, 25, { namespace, pod: replica }),
        ...silent(alert, 40),
      ));

    it('fires when a replica receives nothing, which says of itself that it is not behind', () =>
      trial(
        behind(steady(0, hour), sequence(steady(1, 10), steady(0, 50))),
        ...silent(alert, 14),
        fires(alert, 15, { namespace, pod: replica }),
      ));

    it('is silent while a replica begins again for a moment', () =>
      trial(behind(steady(0, hour), sequence(steady(1, 10), steady(0, 4), steady(1, 46))), ...silent(alert, 14, 30)));
  });

  describe('RAEPostgresLogNotArchived', () => {
    const alert = 'RAEPostgresLogNotArchived';
    const archived = (last: string, failed: string, ready = steady(0, hour)) => [
      server('cnpg_pg_stat_archiver_last_archived_time', primary, last),
      server('cnpg_pg_stat_archiver_last_failed_time', primary, failed),
      server('cnpg_collector_pg_wal_archive_status', primary, ready, { value: 'ready' }),
      server('cnpg_collector_pg_wal_archive_status', primary, steady(400, hour), { value: 'done' }),
      // On a replica nothing is archived, which -1 says.
      server('cnpg_pg_stat_archiver_last_archived_time', replica, steady(-1, hour)),
      server('cnpg_pg_stat_archiver_last_failed_time', replica, steady(-1, hour)),
    ];
    const firing = fires(alert, 25, { namespace, pod: primary });

    it('fires when the last try has failed for a quarter of an hour, also where none ever went well', async () => {
      await trial(archived(steady(300, hour), sequence(steady(-1, 10), '600+60x49')), ...silent(alert, 24), firing);
      await trial(archived(steady(-1, hour), sequence(steady(-1, 10), '600+60x49')), ...silent(alert, 24), firing);
    });

    it('fires when more files wait than come away, without a failure', () =>
      trial(
        archived('0+60x59', steady(-1, hour), sequence(steady(10, 10), steady(11, 50))),
        ...silent(alert, 24),
        firing,
      ));

    it('is silent where a later try went well', () =>
      trial(archived('0+60x59', steady(600, hour)), ...silent(alert, 5, 30, 59)));
  });

  describe('RAEPostgresBaseBackupTooOld', () => {
    const alert = 'RAEPostgresBaseBackupTooOld';
    const newest = (samples: string, pod = primary) =>
      server('barman_cloud_cloudnative_pg_io_last_available_backup_timestamp', pod, samples);

    it('fires when the newest is older than the settings allow, and ends with the next one', () =>
      trial(
        [newest(sequence(steady(0, 3 * hour), steady(3 * hour * 60, hour)))],
        ...silent(alert, 120, 135),
        fires(alert, 136, { namespace }),
        ...silent(alert, 3 * hour),
      ));

    it('goes by the newest that any server knows', () =>
      trial([newest(steady(0, 4 * hour)), newest('0+60x239', replica)], ...silent(alert, 150, 239)));

    it('fires where nobody tells of one, and waits for a server that begins again', async () => {
      await trial([], ...silent(alert, 14), fires(alert, 15, from.podLabels(servers, primary).gone));
      await trial([newest(sequence(steady(0, 10), 'stale', missing(10), steady(0, 20)))], ...silent(alert, 11, 20, 30));
    });
  });

  describe('RAEPostgresPoolerFull', () => {
    const alert = 'RAEPostgresPoolerFull';
    const pod = `${pooler}-abc-de`;
    const waited = (samples: string) => [
      from.ofPod('cnpg_pgbouncer_pools_maxwait', pooler, pod, { database: 'rae_memory', user: 'rae' }, samples),
    ];

    it('fires when clients wait more than five seconds for five minutes', () =>
      trial(
        waited(sequence(steady(5, 10), steady(6, 20))),
        ...silent(alert, 14),
        fires(alert, 15, { namespace, pod }),
      ));

    it('is silent about a moment', () => trial(waited(sequence(steady(9, 4), steady(0, 20))), ...silent(alert, 4, 9)));
  });

  describe('RAEVolumeNearlyFull', () => {
    const claim = primary;
    itWatchesAVolume({
      ...{ alert: 'RAEVolumeNearlyFull', trial, percent: 15, patience: 10 },
      volume: (unit, free, total) => from.volume(claim, unit, free, total),
      labels: { namespace, persistentvolumeclaim: claim },
    });
  });
});
