import type { Source } from './exporters';
import type { Labels, Series } from './promtool';
import { climb, fires, hour, missing, sequence, silent, steady, type Trial } from './samples';

export interface RestartsSubject {
  readonly alert: string;
  readonly trial: Trial;
  /** Restarts of the container that is watched. */
  readonly restarts: (samples: string, source?: Source) => Series;
  readonly labels: Labels;
}

/** What holds of every alert that goes off at the fourth restart within an hour. */
export function itCountsRestarts({ alert, trial, restarts, labels }: RestartsSubject): void {
  it('fires at the fourth restart within an hour, and ends when the hour is over', () =>
    trial(
      [restarts(sequence(climb(0, 3), steady(4, 2 * hour)))],
      ...silent(alert, 39, 40, 44),
      fires(alert, 45, labels),
      fires(alert, 65, labels),
      ...silent(alert, 70, 2 * hour),
    ));

  it('is silent at three restarts, also of a pod that had restarted before', async () => {
    const minutes = Array.from({ length: 24 }, (_, each) => 10 + 5 * each);
    await trial([restarts(sequence(climb(0, 2), steady(3, 2 * hour)))], ...silent(alert, ...minutes));
    await trial([restarts(sequence(climb(5, 7), steady(8, 2 * hour)))], ...silent(alert, ...minutes));
  });

  it('is silent at four restarts over two hours', () =>
    trial(
      [restarts(sequence(...[0, 1, 2, 3, 4].map((count) => steady(count, 30))))],
      ...silent(alert, 95, 120, 125, 149),
    ));

  it('counts on from a counter that was set back, and does not count the setting back', async () => {
    const setBack = sequence(steady(7, 10), steady(0, 10));
    await trial([restarts(sequence(setBack, steady(0, hour)))], ...silent(alert, 15, 40, 70));
    await trial([restarts(sequence(setBack, steady(1, 10), steady(3, hour)))], ...silent(alert, 35, 70));
    await trial([restarts(sequence(setBack, climb(1, 4), steady(4, 30)))], fires(alert, 60, labels));
  });

  it('counts a restart once, however many exporters tell of it', () =>
    trial(
      ['1', '2'].map((exporter) => restarts(sequence(climb(0, 2), steady(3, hour)), { exporter })),
      ...silent(alert, 35, 45, 60),
    ));

  it('does not count what an exporter that has just come up knows of the past', () =>
    trial(
      [
        restarts(sequence(steady(12, 20), 'stale'), { exporter: '1' }),
        restarts(sequence(missing(21), steady(12, hour)), { exporter: '2' }),
      ],
      ...silent(alert, 22, 26, 40, 75),
    ));
}
