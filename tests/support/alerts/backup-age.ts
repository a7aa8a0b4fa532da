import type { Labels, Series } from './promtool';
import { fires, hour, missing, sequence, silent, steady, type Trial } from './samples';

export interface BackupSubject {
  readonly alert: string;
  readonly trial: Trial;
  /** Creation of the job and its last success, told by one exporter. */
  readonly backup: (created: string, succeeded?: string, exporter?: string) => Series[];
  readonly labels: Labels;
  /** Age at which a backup is too old, in minutes. */
  readonly maxAge: number;
}

/** What holds of every alert that goes off fifteen minutes after the last backup has become too old. */
export function itWatchesABackup({ alert, trial, backup, labels, maxAge }: BackupSubject): void {
  /** Minute of the last success; its time is told from then on. */
  const success = 90;
  const limit = success + maxAge;
  const succeeded = (...after: string[]) => sequence(missing(success), steady(success * 60, maxAge + 30), ...after);
  const created = (minutes = limit + 5 * hour) => steady(0, minutes);

  it('fires fifteen minutes after the last success has become too old, and not at its last good minute', () =>
    trial(
      backup(created(), succeeded()),
      ...silent(alert, success, limit, limit + 1, limit + 15),
      fires(alert, limit + 16, labels),
    ));

  it('ends with the next success', () =>
    trial(
      backup(created(), succeeded(steady((limit + 30) * 60, hour))),
      fires(alert, limit + 29, labels),
      ...silent(alert, limit + 30, limit + 60),
    ));

  it('is silent when the next success comes within these fifteen minutes', () =>
    trial(
      backup(created(), sequence(missing(success), steady(success * 60, maxAge + 10), steady((limit + 10) * 60, hour))),
      ...silent(alert, limit + 9, limit + 15, limit + 40),
    ));

  it('counts a job that has never succeeded from its creation', () =>
    trial(
      backup(sequence(missing(hour), steady(hour * 60, maxAge + hour))),
      ...silent(alert, hour + 1, hour + maxAge, hour + maxAge + 15),
      fires(alert, hour + maxAge + 16, labels),
    ));

  it('counts from the last success, however old the job is', () =>
    trial(
      backup(steady(0, 3 * maxAge), steady(2 * maxAge * 60, 3 * maxAge)),
      ...silent(alert, 2 * maxAge + 30, 3 * maxAge - 1),
    ));

  it('fires when the job is gone', () =>
    trial(
      backup(sequence(steady(0, 30), 'stale'), sequence(steady(0, 30), 'stale')),
      ...silent(alert, 29, 30, 44),
      fires(alert, 45, labels),
    ));

  it('is silent when only the exporter restarts, and stays one alert in another place', async () => {
    const [first, second] = ['1', '2'].map((exporter, place) => {
      const samples = (value: number) =>
        place === 0
          ? sequence(steady(value, limit + 30), 'stale')
          : sequence(missing(limit + 40), steady(value, 2 * hour));
      return backup(samples(0), samples(success * 60), exporter);
    });
    await trial(
      [...(first ?? []), ...(second ?? [])],
      ...silent(alert, limit + 15),
      fires(alert, limit + 29, labels),
      // What the exporter does not tell counts as missing, so the alert goes on.
      fires(alert, limit + 35, labels),
      fires(alert, limit + hour, labels),
    );
    await trial(
      backup(sequence(steady(0, 30), 'stale', missing(9), steady(0, hour)), undefined),
      ...silent(alert, 31, 40, 45, 60),
    );
  });

  it('is one alert when two exporters tell of the job', () =>
    trial(
      [...backup(created(), succeeded(), '1'), ...backup(created(), succeeded(), '2')],
      fires(alert, limit + 20, labels),
    ));
}
