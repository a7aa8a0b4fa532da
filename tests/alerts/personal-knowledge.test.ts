import { join } from 'node:path';
import { itWatchesABackup } from '../support/alerts/backup-age';
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
const system = describedInstance({ exposure, authentication: { mode: 'bearer' }, backup }, 'work', facts);
const namespace = 'pk-mcp-work';
const rules = rulesOf(system);
const from = exportersIn(namespace);
const target = 'http://pk-mcp-service.pk-mcp-work.svc.cluster.local:8082/health';
const [health, graph] = ['pk-mcp-service-health', 'pk-mcp-service-graph'];
const [down, graphMissing, restarting] = ['PKMCPDown', 'PKMCPGraphMissing', 'PKMCPRestarting'];

let tool: Promtool;
const trial = trialOf(rules, () => tool);
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

const probe = (job: string, samples: string, at = from): Series => at.probe(job, target, samples);

describe('the alerts of an instance of Personal Knowledge MCP', () => {
  itIsARuleFile(projectDir, () => tool, rules, [
    ...[down, graphMissing, restarting, 'PKMCPPodNotReady', 'PKMCPHighMemory', 'PKMCPVolumeNearlyFull'],
    ...['PKMCPBackupTooOld', 'PKMCPDrillTooOld', 'PKMCPCertificateExpiring'],
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

  for (const [alert, cronjob] of [
    ['PKMCPBackupTooOld', 'pk-mcp-backup'],
    ['PKMCPDrillTooOld', 'pk-mcp-backup-drill'],
  ] as const) {
    describe(alert, () => {
      const series = (created: string, succeeded?: string, exporter?: string) =>
        from.cronJob(cronjob, created, succeeded, exporter);
      itWatchesABackup({ alert, trial, backup: series, labels: { namespace, cronjob }, maxAge: 120 });
    });
  }
});
