import assert from 'node:assert/strict';
import { join } from 'node:path';
import { itWatchesABackup } from '../support/alerts/backup-age';
import { contextEngine, healthy, long, seriesOf } from '../support/alerts/context-engine';
import { itTellsOfALoss } from '../support/alerts/down';
import { selectorsOf, unknownMetrics } from '../support/alerts/metrics';
import { itWatchesAVolume } from '../support/alerts/nearly-full';
import { type Promtool, promtool } from '../support/alerts/promtool';
import { itCountsRestarts } from '../support/alerts/restarting';
import { itIsARuleFile } from '../support/alerts/rule-file';
import { climb, fires, hour, missing, rulesOf, sequence, silent, steady, trialOf } from '../support/alerts/samples';

const projectDir = join(__dirname, '..', '..');

const qdrantDown = 'ContextEngineQdrantDown';
const serverDown = 'ContextEngineServerDown';
const decoderDown = 'ContextEngineDecoderDown';
const restarting = 'ContextEngineRestarting';
const storageFull = 'ContextEngineQdrantStorageFull';
const nearlyFull = 'ContextEngineVolumeNearlyFull';
const tooOld = 'ContextEngineBackupTooOld';
const drillTooOld = 'ContextEngineDrillTooOld';
const jobFailed = 'ContextEngineIndexJobFailed';
const noWatcher = 'ContextEngineWatcherUnavailable';
const nothing = 'ContextEngineNothingIndexed';
const atLimit = 'ContextEngineIndexerAtItsLimit';
const all = [
  ...[qdrantDown, serverDown, decoderDown, restarting, storageFull, nearlyFull, tooOld],
  ...[jobFailed, noWatcher, nothing, atLimit],
];
const moments = [1, 5, 15, 31, hour, 2 * hour, long - 1];

let tool: Promtool;
before(async () => {
  tool = await promtool(projectDir);
});
after(() => tool?.tidy());

const maxAgeSeconds = 7200;
const system = contextEngine({ backup: { schedule: '@hourly', maxAgeSeconds } });
const rules = rulesOf(system);
const ours = seriesOf(system);
const test = trialOf(rules, () => tool);

describe('the alerts of Context Engine', () => {
  itIsARuleFile(projectDir, () => tool, rules, all);

  it('are silent while all is well', () => test(healthy(system), ...all.map((alert) => silent(alert, ...moments))));

  it('do not mistake a broken system elsewhere for ours', () => {
    const theirs = seriesOf(system, 'elsewhere');
    const broken = [
      theirs.qdrant('up', steady(0, long)),
      theirs.qdrant('collections_vector_total', steady(0, long)),
      theirs.probe('mcp-memory', steady(0, long)),
      theirs.probe('llamacpp', steady(0, long)),
      theirs.restarts('mcp-memory').series('0+1x200'),
      ...theirs.claims.flatMap((claim) => theirs.volume(claim, 'bytes', steady(1, long), steady(1000, long))),
      ...theirs.jobs.flatMap((name) => theirs.job(name, 'failed', steady(1, long))),
      theirs.available('watcher-backend', steady(0, long)),
      ...theirs.autoscaler('mcp-indexer-hpa', steady(5, long), steady(5, long), steady(99, long)),
      ...theirs.backup(steady(0, long)),
    ];
    return test([...healthy(system), ...broken], ...all.map((alert) => silent(alert, ...moments)));
  });

  it('ask for nothing that no exporter has, and only within one namespace', () => {
    for (const { expr } of rules.groups.flatMap((group) => group.rules)) {
      assert.deepEqual(unknownMetrics(expr), []);
      const selectors = selectorsOf(expr);
      assert.ok(selectors.length > 0, expr);
      for (const { labels } of selectors) assert.ok(labels.includes('namespace="context-engine"'), expr);
    }
  });

  describe(qdrantDown, () => {
    itTellsOfALoss({
      ...{ alert: qdrantDown, trial: test, patience: 5, labels: ours.qdrantLabels },
      series: (samples) => ours.qdrant('up', samples),
    });
  });

  describe(serverDown, () => {
    const servers = ['mcp-memory', 'mcp-memory-http', 'mcp-indexer', 'mcp-indexer-http'];
    itTellsOfALoss({
      ...{ alert: serverDown, trial: test, patience: 5, labels: ours.probeLabels('mcp-memory') },
      series: (samples) => ours.probe('mcp-memory', samples),
      others: servers.slice(1).map((name) => ours.probe(name, steady(1, 2 * hour))),
    });

    it('fires for each server that nobody asks any more', () =>
      test([], fires(serverDown, 30, ...servers.map((server) => ours.probeLabels(server).gone))));

    it('is one alert for each server', () =>
      test(
        servers.map((server) => ours.probe(server, steady(server.startsWith('mcp-memory') ? 0 : 1, hour))),
        fires(serverDown, 30, ours.probeLabels('mcp-memory').present, ours.probeLabels('mcp-memory-http').present),
      ));

    it('leaves llama.cpp to the alert of its own', () =>
      test(
        [...servers.map((server) => ours.probe(server, steady(1, hour))), ours.probe('llamacpp', steady(0, hour))],
        ...silent(serverDown, 30),
        fires(decoderDown, 30, ours.probeLabels('llamacpp').present),
      ));
  });

  describe(decoderDown, () => {
    itTellsOfALoss({
      ...{ alert: decoderDown, trial: test, patience: 15, labels: ours.probeLabels('llamacpp') },
      series: (samples) => ours.probe('llamacpp', samples),
    });
  });

  describe(restarting, () => {
    const { labels, series: restarts } = ours.restarts('mcp-indexer-http');
    itCountsRestarts({ alert: restarting, trial: test, restarts, labels });

    it('watches every container that runs for good, also those beside it and those of any repository', async () => {
      for (const [deployment, container] of [
        ['mcp-memory', 'bearer-proxy'],
        ['llamacpp', 'llamacpp'],
        ['watcher-backend', 'watcher'],
        ['watcher-a-repository-of-tomorrow', 'follow'],
      ] as const) {
        const watched = ours.restarts(deployment, container);
        await test([watched.series(sequence(climb(0, 4), steady(4, 30)))], fires(restarting, 60, watched.labels));
      }
      await test(
        [ours.qdrantRestarts(sequence(climb(0, 4), steady(4, 30)))],
        fires(restarting, 60, { namespace: 'context-engine', pod: 'qdrant-0', container: 'qdrant' }),
      );
    });

    it('is silent when many watchers restart once each, as after a short absence of Qdrant', () =>
      test(
        Array.from({ length: 25 }, (_, each) =>
          ours.restarts(`watcher-r${each}`, 'watcher').series(sequence(steady(0, 20), steady(1, hour))),
        ),
        ...silent(restarting, 30, 60),
      ));

    it('is silent about pods of others in the namespace', () =>
      test([ours.restarts('grafana').series('0+1x60')], ...silent(restarting, 30, 60)));
  });

  describe(storageFull, () => {
    const claim = 'qdrant-storage-qdrant-0';
    itWatchesAVolume({
      ...{ alert: storageFull, trial: test, labels: ours.volumeLabels(claim), percent: 5, patience: 5 },
      volume: (unit, free, total) => ours.volume(claim, unit, free, total),
    });

    it('is silent about every other volume, which no write of a memory depends on', () =>
      test(
        ours.claims
          .filter((name) => name !== claim)
          .flatMap((name) => ours.volume(name, 'bytes', steady(1, hour), steady(1000, hour))),
        ...silent(storageFull, 30),
      ));
  });

  describe(nearlyFull, () => {
    const claim = 'context-engine-repos';
    itWatchesAVolume({
      ...{ alert: nearlyFull, trial: test, labels: ours.volumeLabels(claim), percent: 15, patience: 10 },
      volume: (unit, free, total) => ours.volume(claim, unit, free, total),
    });

    it('watches every volume of the plan, each with an alert of its own', () =>
      test(
        ours.claims.flatMap((name) => ours.volume(name, 'bytes', steady(1, hour), steady(1000, hour))),
        fires(nearlyFull, 30, ...ours.claims.map(ours.volumeLabels)),
      ));

    it('is one alert for a volume that several nodes mount', () =>
      test(
        ['1', '2', '3'].flatMap((node) =>
          ours.volume(claim, 'bytes', steady(100 + Number(node), hour), steady(1000, hour), node),
        ),
        fires(nearlyFull, 30, ours.volumeLabels(claim)),
      ));
  });

  describe(tooOld, () => {
    const { backup, backupLabels: labels } = ours;
    itWatchesABackup({ alert: tooOld, trial: test, backup, labels, maxAge: maxAgeSeconds / 60 });
  });

  describe(drillTooOld, () => {
    const drilled = contextEngine({ backup: { drill: { schedule: '@hourly', maxAgeSeconds } } });
    const { drill: backup, drillLabels: labels } = seriesOf(drilled);
    const trial = trialOf(rulesOf(drilled), () => tool);
    itWatchesABackup({ alert: drillTooOld, trial, backup, labels, maxAge: maxAgeSeconds / 60 });
  });

  describe(jobFailed, () => {
    const [name = ''] = ours.jobs;
    const labels = { namespace: 'context-engine', job_name: name };

    it('fires when a job has given up, and ends when it has been replaced', () =>
      test(
        ours.job(name, 'failed', sequence(missing(10), steady(1, 30), 'stale')),
        ...silent(jobFailed, 9, 14),
        fires(jobFailed, 15, labels),
        fires(jobFailed, 39, labels),
        ...silent(jobFailed, 45),
      ));

    it('is silent while a job is only tried again, and once it is done', () =>
      test(
        [ours.activeJob(name, steady(1, hour)), ...ours.job(name, 'complete', steady(1, hour))],
        ...silent(jobFailed, 30),
      ));

    it('is one alert for each job, however many exporters tell of it', () =>
      test(
        ours.jobs.flatMap((job) =>
          ['1', '2'].flatMap((exporter) => ours.job(job, 'failed', steady(1, hour), exporter)),
        ),
        fires(jobFailed, 30, ...ours.jobs.map((job) => ({ ...labels, job_name: job }))),
      ));

    it('is silent about a failed run of the backup, which is told of by its age', () =>
      test(ours.job('context-engine-backup-29345678', 'failed', steady(1, hour)), ...silent(jobFailed, 30)));
  });

  describe(noWatcher, () => {
    const labels = { namespace: 'context-engine', deployment: 'watcher-backend' };

    it('fires after fifteen minutes without a pod that runs, and ends when there is one', () =>
      test(
        [ours.available('watcher-backend', sequence(steady(1, 10), steady(0, 30), steady(1, 20)))],
        ...silent(noWatcher, 10, 24),
        fires(noWatcher, 25, labels),
        fires(noWatcher, 39, labels),
        ...silent(noWatcher, 40, 55),
      ));

    it('is silent when a rollout or a lost node takes less', () =>
      test(
        [ours.available('watcher-backend', sequence(steady(1, 10), steady(0, 15), steady(1, 20)))],
        ...silent(noWatcher, 20, 24, 25, 40),
      ));

    it('is one alert for each repository, and silent about Deployments of another kind', () =>
      test(
        [
          ...['watcher-backend', 'watcher-frontend', 'mcp-memory'].map((name) => ours.available(name, steady(0, hour))),
          ours.available('watcher-backend', steady(0, hour), '2'),
        ],
        fires(noWatcher, 30, labels, { ...labels, deployment: 'watcher-frontend' }),
      ));
  });

  describe(nothing, () => {
    const [name = ''] = ours.jobs;
    const labels = { namespace: 'context-engine' };
    const done = ours.job(name, 'complete', sequence(missing(10), steady(1, 2 * hour)));
    const holding = (samples: string) => ours.qdrant('collections_vector_total', samples);

    it('fires half an hour after a first index has left nothing behind, and ends with the first vector', () =>
      test(
        [...done, holding(sequence(steady(0, hour), steady(5, hour)))],
        ...silent(nothing, 9, 39),
        fires(nothing, 40, labels),
        fires(nothing, 59, labels),
        ...silent(nothing, hour, hour + 20),
      ));

    it('fires half an hour after Qdrant has lost everything', () =>
      test(
        [...done, holding(sequence(steady(120_000, 30), steady(0, hour)))],
        ...silent(nothing, 29, 59),
        fires(nothing, hour, labels),
      ));

    it('is silent while nothing has been indexed yet, and where there is no repository', async () => {
      await test([holding(steady(0, 2 * hour)), ours.activeJob(name, steady(1, 2 * hour))], ...silent(nothing, hour));
      await test(
        [holding(steady(0, 2 * hour)), ...ours.job(name, 'failed', steady(1, 2 * hour))],
        ...silent(nothing, hour),
      );
      await test([holding(steady(0, 2 * hour))], ...silent(nothing, hour));
    });

    it('leaves a Qdrant that does not answer to its own alert', () =>
      test(
        [...done, ours.qdrant('up', steady(0, 2 * hour))],
        ...silent(nothing, hour),
        fires(qdrantDown, hour, ours.qdrantLabels.present),
      ));
  });

  describe(atLimit, () => {
    const autoscaler = 'mcp-indexer-hpa';
    const labels = { namespace: 'context-engine', horizontalpodautoscaler: autoscaler };
    const most = steady(5, long);

    it('fires after an hour with all replicas, all of them busy, and ends when they rest', () =>
      test(
        ours.autoscaler(
          autoscaler,
          sequence(steady(4, 10), steady(5, 2 * hour)),
          most,
          sequence(steady(90, 100), steady(40, hour)),
        ),
        ...silent(atLimit, 9, 69),
        fires(atLimit, 70, labels),
        fires(atLimit, 99, labels),
        ...silent(atLimit, 120),
      ));

    it('does not begin the hour anew after a moment of rest', () =>
      test(
        ours.autoscaler(autoscaler, most, most, sequence(steady(90, 30), steady(60, 1), steady(90, 2 * hour))),
        fires(atLimit, 65, labels),
      ));

    it('is silent when all replicas have little to do, which they keep for a while', () =>
      test(ours.autoscaler(autoscaler, most, most, steady(70, long)), ...silent(atLimit, 65, 2 * hour)));

    it('is silent while there is room for one more', () =>
      test(ours.autoscaler(autoscaler, steady(4, long), most, steady(95, long)), ...silent(atLimit, 65, 2 * hour)));
  });
});

describe('the alerts of Context Engine in other shapes', () => {
  const names = (...plan: Parameters<typeof contextEngine>) =>
    rulesOf(contextEngine(...plan)).groups.flatMap((group) => group.rules.map(({ alert }) => alert));

  it('leave out what does not run', () => {
    assert.deepEqual(
      names({ preset: 'core', indexer: { sse: false } }),
      all.filter((name) => ![decoderDown, atLimit].includes(name)),
    );
    assert.deepEqual(
      names({ layout: 'single-node' }),
      all.filter((name) => name !== atLimit),
    );
  });

  it('know nothing of single repositories: a new one changes no rule', () => {
    assert.deepEqual(
      rulesOf(contextEngine({ backup: { schedule: '@hourly', maxAgeSeconds }, repositories: [] })),
      rules,
    );
  });

  it('hold in a shared namespace with another domain and a proxy before every server', async () => {
    const other = contextEngine(
      {
        ...{ namespace: { name: 'tools', shared: true }, authentication: { mode: 'bearer' }, layout: 'single-node' },
        backup: { schedule: '@hourly', maxAgeSeconds: 7200 },
      },
      { monitoring: { namespace: 'observability' }, domain: 'corp.example' },
    );
    const theirs = seriesOf(other);
    const trial = trialOf(rulesOf(other), () => tool);
    const there = all.filter((name) => name !== atLimit);
    await trial(healthy(other), ...there.map((alert) => silent(alert, ...moments)));
    await trial(
      [...healthy(system), theirs.probe('mcp-memory', steady(0, 3 * hour)), ...theirs.backup(steady(0, 3 * hour))],
      fires(qdrantDown, 30, theirs.qdrantLabels.gone),
      fires(
        serverDown,
        30,
        ...['mcp-indexer-http', 'mcp-indexer', 'mcp-memory-http'].map((name) => theirs.probeLabels(name).gone),
        theirs.probeLabels('mcp-memory').present,
      ),
      fires(decoderDown, 30, theirs.probeLabels('llamacpp').gone),
      fires(tooOld, 2 * hour + 16, theirs.backupLabels),
      ...there
        .filter((name) => ![qdrantDown, serverDown, decoderDown, tooOld].includes(name))
        .flatMap((name) => silent(name, ...moments)),
    );
  });
});
