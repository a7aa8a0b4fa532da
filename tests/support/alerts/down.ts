import type { Labels, Series } from './promtool';
import { fires, missing, sequence, silent, steady, type Trial } from './samples';

export interface DownSubject {
  readonly alert: string;
  readonly trial: Trial;
  /** Minutes that the loss lasts before the alert fires. */
  readonly patience: number;
  /** What says whether somebody answers: 1 or 0. */
  readonly series: (samples: string) => Series;
  readonly labels: { readonly present: Labels; readonly gone: Labels };
  /** Everything besides, so that only this one is missing. @default nothing */
  readonly others?: readonly Series[];
}

/** What holds of every alert that goes off when somebody does not answer. */
export function itTellsOfALoss({ alert, trial, patience, series, labels, others = [] }: DownSubject): void {
  const { present, gone } = labels;
  const end = 10 + patience;

  it(`fires after ${patience} minutes without an answer, and ends with the first answer`, () =>
    trial(
      [series(sequence(steady(1, 10), steady(0, patience + 15), steady(1, 20))), ...others],
      ...silent(alert, 9, 10, end - 1),
      fires(alert, end, present),
      fires(alert, end + 14, present),
      ...silent(alert, end + 15, end + 30),
    ));

  it(`is silent when the answers are back within ${patience} minutes, as often as that happens`, () =>
    trial(
      [series(sequence(...Array.from({ length: 10 }, () => sequence(steady(0, patience), steady(1, 1))))), ...others],
      ...silent(alert, ...[1, 2, 4, 9].map((round) => round * (patience + 1) - 1), 10 * (patience + 1) - 2),
    ));

  it('fires when nobody asks any more, as with an exporter that has died', () =>
    trial(
      [series(sequence(steady(1, 10), 'stale')), ...others],
      ...silent(alert, 10, end - 1),
      fires(alert, end, gone),
      fires(alert, end + 50, gone),
    ));

  it('fires when nobody has ever asked, as with labels that no Prometheus selects', () =>
    trial([...others], ...silent(alert, patience - 1), fires(alert, patience, gone)));

  it('is silent when only the exporter restarts', () =>
    trial(
      [series(sequence(steady(1, 10), 'stale', missing(3), steady(1, 20))), ...others],
      ...silent(alert, 11, 14, 15, 30),
    ));
}
