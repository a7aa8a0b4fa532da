import assert from 'node:assert/strict';
import { join } from 'node:path';
import { itWatchesABackup } from '../support/alerts/backup-age';
import { dashboardOf, itIsADashboard, queriesOf, rulesFor } from '../support/alerts/dashboard';
import { itTellsOfALoss } from '../support/alerts/down';
import { exportersIn } from '../support/alerts/exporters';
import { itWatchesAVolume } from '../support/alerts/nearly-full';
import { type Promtool, promtool, type Series } from '../support/alerts/promtool';
import { itCountsRestarts } from '../support/alerts/restarting';
import { itIsARuleFile } from '../support/alerts/rule-file';
import { fires, hour, rulesOf, sequence, silent, steady, trialOf } from '../support/alerts/samples';
import { describedInstance, facts } from '../support/unit/personal-knowledge';

const projectDir = join(__dirname, '..', '..');
const exposure = { kind: 'ingress', hostname: 'k.example.org' };
const drill = { schedule: '@hourly', maxAgeSeconds: 7200 };
const backup = { schedule: '@hourly', maxAgeSeconds: 7200, drill };
const stores = { postgres: { exporter: {} }, graph: { kind: 'falkordb', exporter: {} } };
const all = {
  exposure,
  authentication: { mode: 'bearer' },
  backup,
  snapshots: { schedule: '@hourly', maxAgeSeconds: 7200 },
  ...stores,
};
const system = describedInstance(all, 'work', { ...facts, volumeSnapshots: {} });
const namespace = 'pk-mcp-work';
const rules = rulesOf(system);
const from = exportersIn(namespace);
const target = 'http://pk-mcp-service.pk-mcp-work.svc.cluster.local:8082/health';
const [health, graph] = ['pk-mcp-service-health', 'pk-mcp-service-graph'];
const [down, graphMissing, restarting] = ['PKMCPDown', 'PKMCPGraphMissing', 'PKMCPRestarting'];
const expiring = 'PKMCPCertificateExpiring';

let tool: Promtool;
const trial = trialOf(rules, () => tool);
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

const probe = (job: string, samples: string, at = from): Series => at.probe(job, target, samples);

describe('the alerts of an instance of Personal Knowledge MCP', () => {
  itIsARuleFile(projectDir, () => tool, rules, [
    ...[down, graphMissing, restarting, 'PKMCPPostgresDown', 'PKMCPGraphDown'],
    ...['PKMCPPodNotReady', 'PKMCPHighMemory', 'PKMCPVolumeNearlyFull'],
    ...['PKMCPBackupTooOld', 'PKMCPDrillTooOld', 'PKMCPSnapshotsBackupTooOld', expiring],
  ]);

  describe(down, () => {
    itTellsOfALoss({
      ...{ alert: down, trial, patience: 5 },
      series: (samples) => probe(health, samples),
      labels: from.probeLabels(health, target),
    });

    it('does not take the server of another instance for this one', () => {
      const other = exportersIn('pk-mcp-private');
      return trial(
        [probe(health, steady(0, hour)), probe(health, steady(1, hour), other)],
        fires(down, 30, from.probeLabels(health, target).present),
      );
    });
  });

  describe(graphMissing, () => {
    const { gone, present } = from.probeLabels(graph, target);
    const alive = probe(health, steady(1, 2 * hour));

    it('fires after ten minutes of a server that is healthy and says nothing of its graph', () =>
      trial(
        [alive, probe(graph, sequence(steady(1, 10), steady(0, 40), steady(1, 20)))],
        ...silent(graphMissing, 10, 19),
        fires(graphMissing, 20, present),
        ...silent(graphMissing, 50, 65),
      ));

    it('fires where nobody asks, because the exporter has no such module', () =>
      trial([alive], ...silent(graphMissing, 9), fires(graphMissing, 10, gone)));

    it('leaves a server that does not answer at all to the other alert', () =>
      trial(
        [probe(health, steady(0, hour)), probe(graph, steady(0, hour))],
        ...silent(graphMissing, 30, 59),
        fires(down, 30, from.probeLabels(health, target).present),
      ));
  });

  describe(restarting, () => {
    const container = 'pk-mcp-service';
    const pod = `${container}-abc-de`;
    itCountsRestarts({
      ...{ alert: restarting, trial },
      restarts: (samples, { exporter } = {}) => from.restarts(container, pod, samples, exporter),
      labels: { namespace, container, pod },
    });
  });

  describe('PKMCPVolumeNearlyFull', () => {
    const claim = 'data-chromadb-0';
    itWatchesAVolume({
      ...{ alert: 'PKMCPVolumeNearlyFull', trial, percent: 15, patience: 10 },
      volume: (unit, free, total) => from.volume(claim, unit, free, total),
      labels: { namespace, persistentvolumeclaim: claim },
    });
  });

  for (const [alert, service, metric] of [
    ['PKMCPPostgresDown', 'postgres-exporter', 'pg_up'],
    ['PKMCPGraphDown', 'falkordb-exporter', 'redis_up'],
  ] as const) {
    describe(alert, () => {
      itTellsOfALoss({
        ...{ alert, trial, patience: 5, labels: from.scrapedLabels(service) },
        series: (samples) => from.scraped(metric, service, {}, samples),
      });

      it('is silent about the store of another instance', () => {
        const other = exportersIn('pk-mcp-private').scraped(metric, service, {}, steady(0, hour));
        return trial([from.scraped(metric, service, {}, steady(1, hour)), other], ...silent(alert, 30, 59));
      });
    });
  }

  for (const [alert, cronjob] of [
    ['PKMCPBackupTooOld', 'pk-mcp-backup'],
    ['PKMCPDrillTooOld', 'pk-mcp-backup-drill'],
    ['PKMCPSnapshotsBackupTooOld', 'pk-mcp-snapshots'],
  ] as const) {
    describe(alert, () => {
      const series = (created: string, succeeded?: string, exporter?: string) =>
        from.cronJob(cronjob, created, succeeded, exporter);
      itWatchesABackup({ alert, trial, backup: series, labels: { namespace, cronjob }, maxAge: 120 });
    });
  }
});

describe('the alert of an instance on its Neo4j', () => {
  const withNeo4j = rulesOf(describedInstance({ graph: { kind: 'neo4j' } }, 'work', facts));
  const [job, at] = ['neo4j-health', 'http://neo4j.pk-mcp-work.svc.cluster.local:7474/'];

  itTellsOfALoss({
    ...{ alert: 'PKMCPGraphDown', trial: trialOf(withNeo4j, () => tool), patience: 5 },
    series: (samples) => from.probe(job, at, samples),
    labels: from.probeLabels(job, at),
  });

  it('is the only one of the graph: the health of the server says nothing of a Neo4j', () => {
    assert.ok(!JSON.stringify(withNeo4j).includes(graphMissing));
  });
});

describe('the certificate that clients of an instance meet', () => {
  const made = { ...exposure, tls: { source: 'certManager', issuer: 'letsencrypt' } };
  const rulesWith = (settings: object, cluster: object) =>
    rulesOf(describedInstance({ ...all, snapshots: undefined, exposure: settings }, 'work', cluster));
  const seen = (days: number) => ({
    metric: 'probe_ssl_earliest_cert_expiry',
    labels: from.probeLabels('pk-mcp-service-outside', 'https://k.example.org/health').present,
    samples: steady(days * 86_400, 3 * hour),
  });
  const managed = (['renewal', 'expiration'] as const).map((time, index) => ({
    metric: `certmanager_certificate_${time}_timestamp_seconds`,
    labels: { namespace, name: 'pk-mcp-tls', job: 'cert-manager' },
    samples: steady(20 * 60 * (1 + index), 3 * hour),
  }));
  const cluster = { ...facts, ingress: {} };

  for (const [source, settings, late, inTime, labels] of [
    ['cert-manager', made, managed, [], { namespace, name: 'pk-mcp-tls' }],
    ['somebody else, at an Ingress', exposure, [seen(13)], [seen(15)], seen(1).labels],
    ['somebody else, at a Gateway', { ...exposure, kind: 'gateway' }, [seen(13)], [seen(15)], seen(1).labels],
  ] as const) {
    it(`is watched where it is made by ${source}`, async () => {
      const own = trialOf(rulesWith(settings, cluster), () => tool);
      await own(late, fires(expiring, 2 * hour, labels));
      await own(inTime, ...silent(expiring, 2 * hour));
    });
  }
});

describe('the dashboard of an instance', () => {
  const dashboard = dashboardOf(system);
  itIsADashboard(dashboard, () => tool, `namespace="${namespace}"`, /^nginx_ingress_controller_/);

  it('shows the numbers of the stores, where exporters have them', () => {
    const asked = queriesOf(dashboard).filter(([title]) => /: (connections|memory)$/.test(title));
    const of = (metric: Parameters<typeof from.scraped>[0], store: string, labels = {}) =>
      from.scraped(metric, `${store}-exporter`, labels, steady(5, hour));
    return trialOf(rulesFor(asked), () => tool)(
      [
        of('pg_stat_database_numbackends', 'postgres', { datid: '5', datname: 'personal_knowledge' }),
        of('pg_settings_max_connections', 'postgres', { server: 'postgres:5432' }),
        of('redis_memory_used_bytes', 'falkordb'),
        of('redis_memory_max_bytes', 'falkordb'),
      ],
      [0, 1, 2, 3].map((place) => fires(`Query${place}`, 30, {})),
    );
  });
});
