import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { StackConfig } from '../../components/stack';
import { describeStack, parseStack } from '../../components/stack';
import type { SystemPlan } from '../../components/system';
import { loadStack } from '../../operate/stack-file';
import { itWatchesABackup } from '../support/alerts/backup-age';
import { itTellsOfALoss } from '../support/alerts/down';
import { exportersIn, type Source } from '../support/alerts/exporters';
import { itWatchesAVolume } from '../support/alerts/nearly-full';
import { planned } from '../support/alerts/planned';
import { type Promtool, promtool, type Series } from '../support/alerts/promtool';
import { itCountsRestarts } from '../support/alerts/restarting';
import { itIsARuleFile } from '../support/alerts/rule-file';
import { climb, fires, hour, missing, rulesOf, sequence, silent, steady, trialOf } from '../support/alerts/samples';

const projectDir = join(__dirname, '..', '..');

/** A system with alerts, and how old a backup may be there, in minutes. */
interface Subject {
  readonly system: SystemPlan;
  readonly maxAge: number;
}

function subject(config: StackConfig): Subject {
  const system = describeStack(config).systems.find(({ id: name }) => name === 'memory-mcp');
  assert.ok(system);
  return { system, maxAge: (config.memoryMcp?.backup.maxAgeSeconds ?? 0) / 60 };
}

const subjects: Readonly<Record<string, Subject>> = {
  'memory-mcp on stack staging': subject(loadStack(projectDir, 'staging')),
  'memory-mcp in a shared namespace': subject(
    parseStack(
      {
        cluster: { monitoring: { namespace: 'observability' }, domain: 'corp.example' },
        memoryMcp: {
          namespace: { name: 'butterfly', shared: true },
          authentication: { mode: 'bearer' },
          git: { scopes: [{ scope: 'team', url: 'https://git.example.org/team' }] },
          backup: { schedule: '17 */4 * * *', maxAgeSeconds: 28_800 },
        },
      },
      'test',
    ),
  ),
};

const health = 'healthz';
const readiness = 'readyz';
const down = 'MemoryMcpDown';
const notReady = 'MemoryMcpNotReady';
const restarting = 'MemoryMcpRestarting';
const nearlyFull = 'MemoryMcpVolumeNearlyFull';
const tooOld = 'MemoryMcpBackupTooOld';
const all = [down, notReady, restarting, nearlyFull, tooOld];

/** The series of a system as the exporters give them. @param namespace Namespace of the series */
function seriesOf(system: SystemPlan, namespace = system.namespace) {
  const from = exportersIn(namespace);
  const plan = planned(system);
  const [deployment, claim] = [plan.name('Deployment'), plan.name('PersistentVolumeClaim')];
  const probe = (path: string) => plan.probe((target) => target.endsWith(`/${path}`), namespace);
  const cronJob = () => plan.name('CronJob', '-backup');
  return {
    probe: (path: string, samples: string) => from.probe(probe(path).job, probe(path).target, samples),
    probeLabels: (path: string) => from.probeLabels(probe(path).job, probe(path).target),
    restarts: (
      samples: string,
      { container = deployment, pod = 'a', exporter }: Source & { container?: string } = {},
    ) => from.restarts(container, `${deployment}-${pod}`, samples, exporter),
    restartLabels: { namespace, container: deployment },
    volume: (unit: 'bytes' | 'files', free: string, total: string) => from.volume(claim, unit, free, total),
    volumeLabels: from.volumeLabels(claim),
    backup: (created: string, succeeded?: string, exporter?: string) =>
      from.cronJob(cronJob(), created, succeeded, exporter),
    backupLabels: () => ({ namespace, cronjob: cronJob() }),
  };
}

describe('MemoryMcpVolumeBackupTooOld and MemoryMcpVolumeDrillTooOld', () => {
  const hourly = { schedule: '@hourly', maxAgeSeconds: 7200 };
  const volume = { ...hourly, drill: hourly };
  const facts = { monitoring: {} };
  const [system] = describeStack(parseStack({ cluster: facts, memoryMcp: { backup: { volume } } }, 'test')).systems;
  assert.ok(system);
  const { namespace } = system;
  const trial = trialOf(rulesOf(system), () => tool);
  for (const [alert, cronjob] of [
    ['MemoryMcpVolumeBackupTooOld', 'memory-mcp-volume-backup'],
    ['MemoryMcpVolumeDrillTooOld', 'memory-mcp-volume-backup-drill'],
  ] as const) {
    describe(alert, () => {
      const backup = (created: string, succeeded?: string, exporter?: string) =>
        exportersIn(namespace).cronJob(cronjob, created, succeeded, exporter);
      itWatchesABackup({ alert, trial, backup, labels: { namespace, cronjob }, maxAge: 120 });
    });
  }
});

let tool: Promtool;
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

for (const [name, { system, maxAge }] of Object.entries(subjects)) {
  const rules = rulesOf(system);
  const ours = seriesOf(system);
  const theirs = seriesOf(system, 'elsewhere');
  const test = trialOf(rules, () => tool);
  /** Everything as it should be, for nine hours. */
  const healthy = (from: ReturnType<typeof seriesOf>): Series[] => [
    from.probe(health, steady(1, 9 * hour)),
    from.probe(readiness, steady(1, 9 * hour)),
    from.restarts(steady(2, 9 * hour)),
    ...from.volume('bytes', steady(800, 9 * hour), steady(1000, 9 * hour)),
    ...from.volume('files', steady(60_000, 9 * hour), steady(65_536, 9 * hour)),
    // An hourly success: sixty minutes long the same time, then the next one.
    ...from.backup(steady(0, 9 * hour), sequence(...Array.from({ length: 9 }, (_, each) => steady(each * 3600, hour)))),
  ];

  describe(`the alerts of ${name}`, () => {
    itIsARuleFile(projectDir, () => tool, rules, all);

    it('are silent while all is well', () =>
      test(healthy(ours), ...all.map((alert) => silent(alert, 1, 5, 15, hour, 5 * hour, 8 * hour + 30))));

    it('do not mistake a healthy system elsewhere for ours, nor a broken one', async () => {
      const broken = [
        theirs.probe(health, steady(0, 9 * hour)),
        theirs.probe(readiness, steady(0, 9 * hour)),
        theirs.restarts('0+1x530'),
        ...theirs.volume('bytes', steady(1, 9 * hour), steady(1000, 9 * hour)),
        ...theirs.backup(steady(0, 9 * hour)),
      ];
      await test(
        [...healthy(ours), ...broken],
        ...all.map((alert) => silent(alert, 5, 15, hour, 5 * hour, 8 * hour + 30)),
      );
      await test(
        [...healthy(theirs), ours.probe(health, steady(0, hour))],
        fires(down, 30, ours.probeLabels(health).present),
        fires(tooOld, 30, ours.backupLabels()),
      );
    });

    describe(down, () => {
      itTellsOfALoss({
        ...{ alert: down, trial: test, patience: 5 },
        series: (samples) => ours.probe(health, samples),
        labels: ours.probeLabels(health),
      });

      it('is silent while only readiness has failed', () =>
        test([ours.probe(health, steady(1, 60)), ours.probe(readiness, steady(0, 60))], ...silent(down, 20, 50)));
    });

    describe(notReady, () => {
      const { present, gone } = ours.probeLabels(readiness);
      const alive = ours.probe(health, steady(1, 2 * hour));

      it('fires after fifteen minutes of a server that runs and is not ready, and ends when it is', () =>
        test(
          [alive, ours.probe(readiness, sequence(steady(1, 10), steady(0, 40), steady(1, 20)))],
          ...silent(notReady, 10, 24),
          fires(notReady, 25, present),
          fires(notReady, 49, present),
          ...silent(notReady, 50, 65),
        ));

      it('is silent when that lasts less than fifteen minutes', () =>
        test(
          [alive, ours.probe(readiness, sequence(steady(1, 10), steady(0, 15), steady(1, 20)))],
          ...silent(notReady, 20, 24, 25, 40),
        ));

      it('leaves a server that does not answer at all to the other alert', () =>
        test(
          [ours.probe(health, steady(0, hour)), ours.probe(readiness, steady(0, hour))],
          ...silent(notReady, 15, 30, 59),
          fires(down, 30, ours.probeLabels(health).present),
        ));

      it('fires when its probe is gone while the server answers', () =>
        test(
          [alive, ours.probe(readiness, sequence(steady(1, 10), 'stale'))],
          ...silent(notReady, 24),
          fires(notReady, 25, gone),
        ));

      it('leaves an exporter that has died to the other alert', () =>
        test([], ...silent(notReady, 15, 30), fires(down, 30, ours.probeLabels(health).gone)));
    });

    describe(restarting, () => {
      const labels = ours.restartLabels;
      itCountsRestarts({ alert: restarting, trial: test, restarts: ours.restarts, labels });

      it('adds up the restarts of a pod and of the one that took its place', () =>
        test(
          [
            ours.restarts(sequence(climb(0, 1), steady(2, 10), 'stale'), { pod: 'a' }),
            ours.restarts(sequence(missing(30), climb(0, 1), steady(2, 30)), { pod: 'b' }),
          ],
          ...silent(restarting, 45),
          fires(restarting, 58, labels),
        ));

      it('is silent when another container of the pod restarts', () =>
        test([ours.restarts('0+1x60', { container: 'bearer-proxy' })], ...silent(restarting, 30, 60)));
    });

    describe(nearlyFull, () => {
      const { volume, volumeLabels: labels } = ours;
      itWatchesAVolume({ alert: nearlyFull, trial: test, volume, labels, percent: 15, patience: 10 });
    });

    describe(tooOld, () => {
      const { backup } = ours;
      itWatchesABackup({ alert: tooOld, trial: test, backup, labels: ours.backupLabels(), maxAge });
    });
  });
}

describe('the alerts of memory-mcp', () => {
  const systemOf = (raw: object) => subject(parseStack({ memoryMcp: {}, ...raw }, 'test')).system;

  it('leave the backup out where there is no remote to push to', () => {
    const [group] = rulesOf(systemOf({ cluster: { monitoring: {} } })).groups;
    assert.deepEqual(
      group?.rules.map(({ alert }) => alert),
      all.filter((alert) => alert !== tooOld),
    );
  });

  it('are not there without a Prometheus operator, nor are probes', () => {
    const kinds = Object.values(systemOf({}).objects).map(({ object }) => object.kind);
    assert.ok(!kinds.includes('PrometheusRule') && !kinds.includes('Probe'));
  });

  it('ask for what the probes of the same plan are called, in every namespace', () => {
    for (const { system } of Object.values(subjects)) {
      const text = JSON.stringify(rulesOf(system));
      const jobs = [health, readiness].map((path) => seriesOf(system).probeLabels(path).gone.job);
      assert.deepEqual(jobs, [`${system.id}-${health}`, `${system.id}-${readiness}`]);
      for (const job of jobs) assert.ok(text.includes(`job=\\"${job}\\"`), job);
    }
  });
});
