import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { SystemPlan } from '../../components/kit/object';
import { describePlan } from '../../components/plan';
import { parseConfig } from '../../config/parse';
import type { Config } from '../../config/schema';
import { loadStack } from '../../operate/stack-file';
import { type Exporters, exportersOf } from './support/exporters';
import { type Expectation, type Labels, type Promtool, promtool, type RuleFile, type Series } from './support/promtool';

const projectDir = join(__dirname, '..', '..');
const hour = 60;

/** A system with alerts, and how old a backup may be there, in minutes. */
interface Subject {
  readonly system: SystemPlan;
  readonly maxAge: number;
}

function subject(config: Config): Subject {
  const [system] = describePlan(config).systems;
  assert.ok(system);
  return { system, maxAge: (config.memoryMcp?.backup.maxAgeSeconds ?? 0) / 60 };
}

const subjects: Readonly<Record<string, Subject>> = {
  'stack staging': subject(loadStack(projectDir, 'staging')),
  'a plan in a shared namespace': subject(
    parseConfig(
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

/** Samples of so many minutes, all of one value. */
const steady = (value: number, minutes: number) => `${value}x${minutes - 1}`;
const missing = (minutes: number) => `_x${minutes}`;
const sequence = (...samples: string[]) => samples.join(' ');

function rulesOf({ objects }: SystemPlan): RuleFile {
  const found = Object.values(objects).flatMap(({ object }) => (object.kind === 'PrometheusRule' ? [object] : []));
  assert.equal(found.length, 1);
  const [{ spec }] = found as unknown as [{ spec: RuleFile }];
  return spec;
}

const fires = (alert: string, minute: number, ...firing: Labels[]): Expectation => ({ alert, minute, firing });
const silent = (alert: string, ...minutes: number[]): Expectation[] =>
  minutes.map((minute) => ({ alert, minute, firing: [] }));

let tool: Promtool;
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

for (const [name, { system, maxAge }] of Object.entries(subjects)) {
  const rules = rulesOf(system);
  const ours = exportersOf(system);
  const theirs = exportersOf(system, 'elsewhere');
  const test = (series: readonly Series[], ...expectations: (Expectation | Expectation[])[]) =>
    tool.test(rules, series, expectations.flat());
  const volume = (free: string, total: string) => ours.volume('bytes', free, total);
  /** Everything as it should be, for nine hours. */
  const healthy = (from: Exporters): Series[] => [
    from.probe(health, steady(1, 9 * hour)),
    from.probe(readiness, steady(1, 9 * hour)),
    from.restarts(steady(2, 9 * hour)),
    ...from.volume('bytes', steady(800, 9 * hour), steady(1000, 9 * hour)),
    ...from.volume('files', steady(60_000, 9 * hour), steady(65_536, 9 * hour)),
    // An hourly success: sixty minutes long the same time, then the next one.
    ...from.backup(steady(0, 9 * hour), sequence(...Array.from({ length: 9 }, (_, each) => steady(each * 3600, hour)))),
  ];

  describe(`the alerts of ${name}`, () => {
    it('are a rule file without fault, one rule for each alert', async () => {
      assert.deepEqual(
        rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert)),
        all,
      );
      assert.match(await tool.check(rules), /SUCCESS: 5 rules found/);
    });

    it('say how bad it is, what has happened and where it is written what to do', () => {
      for (const { labels, annotations } of rules.groups.flatMap((group) => group.rules)) {
        assert.ok(['critical', 'warning'].includes(labels.severity ?? ''), labels.severity);
        assert.match(annotations.summary ?? '', /^\S.*\.$/);
        assert.match(annotations.runbook ?? '', /^docs\/runbook\.md#[a-z-]+$/);
      }
    });

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
        fires(tooOld, 30, ours.backupLabels),
      );
    });

    describe(down, () => {
      const { present, gone } = ours.probeLabels(health);

      it('fires after five minutes without an answer, and ends with the first answer', () =>
        test(
          [ours.probe(health, sequence(steady(1, 10), steady(0, 20), steady(1, 20)))],
          ...silent(down, 9, 10, 14),
          fires(down, 15, present),
          fires(down, 29, present),
          ...silent(down, 30, 45),
        ));

      it('is silent when the server is back within five minutes, as often as that happens', () =>
        test(
          [ours.probe(health, sequence(...Array.from({ length: 10 }, () => sequence(steady(0, 5), steady(1, 1)))))],
          ...silent(down, 4, 5, 10, 17, 35, 58),
        ));

      it('fires when the probe is gone, as with an exporter that has died', () =>
        test(
          [ours.probe(health, sequence(steady(1, 10), 'stale'))],
          ...silent(down, 10, 14),
          fires(down, 15, gone),
          fires(down, 90, gone),
        ));

      it('fires when there never was a probe, as with labels that no Prometheus selects', () =>
        test([], ...silent(down, 4), fires(down, 5, gone)));

      it('is silent when only the exporter restarts', () =>
        test(
          [ours.probe(health, sequence(steady(1, 10), 'stale', missing(3), steady(1, 20)))],
          ...silent(down, 11, 14, 15, 30),
        ));

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
      /** Restarts ten minutes apart, from a count to a count. */
      const climb = (from: number, to: number) =>
        sequence(...Array.from({ length: to - from + 1 }, (_, each) => steady(from + each, 10)));

      it('fires at the fourth restart within an hour, and ends when the hour is over', () =>
        test(
          [ours.restarts(sequence(climb(0, 3), steady(4, 2 * hour)))],
          ...silent(restarting, 39, 40, 44),
          fires(restarting, 45, labels),
          fires(restarting, 65, labels),
          ...silent(restarting, 70, 2 * hour),
        ));

      it('is silent at three restarts, also of a pod that had restarted before', async () => {
        const minutes = Array.from({ length: 24 }, (_, each) => 10 + 5 * each);
        await test([ours.restarts(sequence(climb(0, 2), steady(3, 2 * hour)))], ...silent(restarting, ...minutes));
        await test([ours.restarts(sequence(climb(5, 7), steady(8, 2 * hour)))], ...silent(restarting, ...minutes));
      });

      it('is silent at four restarts over two hours', () =>
        test(
          [ours.restarts(sequence(...[0, 1, 2, 3, 4].map((count) => steady(count, 30))))],
          ...silent(restarting, 95, 120, 125, 149),
        ));

      it('counts on from a counter that was set back, and does not count the setting back', async () => {
        const setBack = sequence(steady(7, 10), steady(0, 10));
        await test([ours.restarts(sequence(setBack, steady(0, hour)))], ...silent(restarting, 15, 40, 70));
        await test([ours.restarts(sequence(setBack, steady(1, 10), steady(3, hour)))], ...silent(restarting, 35, 70));
        await test([ours.restarts(sequence(setBack, climb(1, 4), steady(4, 30)))], fires(restarting, 60, labels));
      });

      it('adds up the restarts of a pod and of the one that took its place', () =>
        test(
          [
            ours.restarts(sequence(climb(0, 1), steady(2, 10), 'stale'), { pod: 'a' }),
            ours.restarts(sequence(missing(30), climb(0, 1), steady(2, 30)), { pod: 'b' }),
          ],
          ...silent(restarting, 45),
          fires(restarting, 58, labels),
        ));

      it('counts a restart once, however many exporters tell of it', () =>
        test(
          ['1', '2'].map((exporter) => ours.restarts(sequence(climb(0, 2), steady(3, hour)), { exporter })),
          ...silent(restarting, 35, 45, 60),
        ));

      it('does not count what an exporter that has just come up knows of the past', () =>
        test(
          [
            ours.restarts(sequence(steady(12, 20), 'stale'), { exporter: '1' }),
            ours.restarts(sequence(missing(21), steady(12, hour)), { exporter: '2' }),
          ],
          ...silent(restarting, 22, 26, 40, 75),
        ));

      it('is silent when another container of the pod restarts', () =>
        test([ours.restarts('0+1x60', { container: 'bearer-proxy' })], ...silent(restarting, 30, 60)));
    });

    describe(nearlyFull, () => {
      const labels = ours.volumeLabels;

      it('fires after ten minutes with less than 15 % of the bytes free, and ends when the volume has grown', () =>
        test(
          volume(sequence(steady(200, 10), steady(149, 20), steady(1149, 20)), sequence(steady(1000, 30), '2000x19')),
          ...silent(nearlyFull, 10, 19),
          fires(nearlyFull, 20, labels),
          fires(nearlyFull, 29, labels),
          ...silent(nearlyFull, 30, 45),
        ));

      it('is silent at exactly 15 %, whatever the size', async () => {
        for (const size of [100, 1000, 1_048_576_000, 2 ** 40 * 5, 3_000_000_000_000]) {
          await test(volume(steady((size * 15) / 100, 30), steady(size, 30)), ...silent(nearlyFull, 10, 29));
        }
      });

      it('is silent when it lasts less than ten minutes', () =>
        test(
          volume(sequence(steady(200, 10), steady(10, 10), steady(200, 20)), steady(1000, 40)),
          ...silent(nearlyFull, 15, 19, 20, 35),
        ));

      it('fires when the files run out before the bytes, which a git repository can do', () =>
        test(
          [
            ...volume(steady(700, 30), steady(1000, 30)),
            ...ours.volume('files', steady(9_000, 30), steady(65_536, 30)),
          ],
          ...silent(nearlyFull, 9),
          fires(nearlyFull, 10, labels),
        ));

      it('fires once when both run out', () =>
        test(
          [...volume(steady(1, 30), steady(1000, 30)), ...ours.volume('files', steady(1, 30), steady(65_536, 30))],
          fires(nearlyFull, 15, labels),
        ));

      it('is silent on a file system that does not count files', () =>
        test(
          [...volume(steady(700, 30), steady(1000, 30)), ...ours.volume('files', steady(0, 30), steady(0, 30))],
          ...silent(nearlyFull, 10, 29),
        ));

      it('is silent where the driver of the volume tells nothing', () => test([], ...silent(nearlyFull, 10, 60)));
    });

    describe(tooOld, () => {
      const labels = ours.backupLabels;
      /** Minute of the last success; its time is told from then on. */
      const success = 90;
      const limit = success + maxAge;
      const succeeded = (...after: string[]) => sequence(missing(success), steady(success * 60, maxAge + 30), ...after);
      const created = (minutes = limit + 5 * hour) => steady(0, minutes);

      it('fires fifteen minutes after the last success has become too old, and not at its last good minute', () =>
        test(
          ours.backup(created(), succeeded()),
          ...silent(tooOld, success, limit, limit + 1, limit + 15),
          fires(tooOld, limit + 16, labels),
        ));

      it('ends with the next success', () =>
        test(
          ours.backup(created(), succeeded(steady((limit + 30) * 60, hour))),
          fires(tooOld, limit + 29, labels),
          ...silent(tooOld, limit + 30, limit + 60),
        ));

      it('is silent when the next success comes within these fifteen minutes', () =>
        test(
          ours.backup(
            created(),
            sequence(missing(success), steady(success * 60, maxAge + 10), steady((limit + 10) * 60, hour)),
          ),
          ...silent(tooOld, limit + 9, limit + 15, limit + 40),
        ));

      it('counts a job that has never succeeded from its creation', () =>
        test(
          ours.backup(sequence(missing(hour), steady(hour * 60, maxAge + hour))),
          ...silent(tooOld, hour + 1, hour + maxAge, hour + maxAge + 15),
          fires(tooOld, hour + maxAge + 16, labels),
        ));

      it('counts from the last success, however old the job is', () =>
        test(
          ours.backup(steady(0, 3 * maxAge), steady(2 * maxAge * 60, 3 * maxAge)),
          ...silent(tooOld, 2 * maxAge + 30, 3 * maxAge - 1),
        ));

      it('fires when the job is gone', () =>
        test(
          ours.backup(sequence(steady(0, 30), 'stale'), sequence(steady(0, 30), 'stale')),
          ...silent(tooOld, 29, 30, 44),
          fires(tooOld, 45, labels),
        ));

      it('is silent when only the exporter restarts, and stays one alert in another place', async () => {
        const [first, second] = ['1', '2'].map((exporter, place) => {
          const samples = (value: number) =>
            place === 0
              ? sequence(steady(value, limit + 30), 'stale')
              : sequence(missing(limit + 40), steady(value, 2 * hour));
          return ours.backup(samples(0), samples(success * 60), exporter);
        });
        await test(
          [...(first ?? []), ...(second ?? [])],
          ...silent(tooOld, limit + 15),
          fires(tooOld, limit + 29, labels),
          // What the exporter does not tell counts as missing, so the alert goes on.
          fires(tooOld, limit + 35, labels),
          fires(tooOld, limit + hour, labels),
        );
        await test(
          ours.backup(sequence(steady(0, 30), 'stale', missing(9), steady(0, hour)), undefined),
          ...silent(tooOld, 31, 40, 45, 60),
        );
      });

      it('is one alert when two exporters tell of the job', () =>
        test(
          [...ours.backup(created(), succeeded(), '1'), ...ours.backup(created(), succeeded(), '2')],
          fires(tooOld, limit + 20, labels),
        ));
    });
  });
}

describe('alerts', () => {
  const systemOf = (raw: object) => subject(parseConfig({ memoryMcp: {}, ...raw }, 'test')).system;

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
      const jobs = [health, readiness].map((path) => exportersOf(system).probeLabels(path).gone.job);
      assert.deepEqual(jobs, [`${system.name}-${health}`, `${system.name}-${readiness}`]);
      for (const job of jobs) assert.ok(text.includes(`job=\\"${job}\\"`), job);
    }
  });
});
