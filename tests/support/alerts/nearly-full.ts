import type { Labels, Series } from './promtool';
import { fires, sequence, silent, steady, type Trial } from './samples';

export interface VolumeSubject {
  readonly alert: string;
  readonly trial: Trial;
  /** Free and total bytes or files (inodes) of the volume. */
  readonly volume: (unit: 'bytes' | 'files', free: string, total: string) => Series[];
  readonly labels: Labels;
  /** Percent of the volume below which the alert goes off. */
  readonly percent: number;
  /** Minutes that this lasts before the alert fires. */
  readonly patience: number;
}

/** What holds of every alert that goes off while too little of a volume is free. */
export function itWatchesAVolume({ alert, trial, volume, labels, percent, patience }: VolumeSubject): void {
  const tooLittle = percent * 10 - 1;
  const bytes = (free: string, total: string) => volume('bytes', free, total);
  const end = 10 + patience;

  it(`fires after ${patience} minutes with less than ${percent} % of the bytes free, and ends when the volume has grown`, () =>
    trial(
      bytes(
        sequence(steady(200, 10), steady(tooLittle, patience + 10), steady(1000 + tooLittle, 20)),
        sequence(steady(1000, 20 + patience), steady(2000, 20)),
      ),
      ...silent(alert, 10, end - 1),
      fires(alert, end, labels),
      fires(alert, end + 9, labels),
      ...silent(alert, end + 10, end + 25),
    ));

  it(`is silent at exactly ${percent} %, whatever the size`, async () => {
    for (const size of [100, 1000, 1_048_576_000, 2 ** 40 * 5, 3_000_000_000_000]) {
      await trial(bytes(steady((size * percent) / 100, 30), steady(size, 30)), ...silent(alert, 10, 29));
    }
  });

  it(`is silent when it lasts less than ${patience} minutes`, () =>
    trial(
      bytes(sequence(steady(200, 10), steady(10, patience), steady(200, 20)), steady(1000, 30 + patience)),
      ...silent(alert, 12, end - 1, end, end + 15),
    ));

  it('fires when the files run out before the bytes', () =>
    trial(
      [
        ...bytes(steady(700, 30), steady(1000, 30)),
        ...volume('files', steady(655.36 * percent - 1, 30), steady(65_536, 30)),
      ],
      ...silent(alert, patience - 1),
      fires(alert, patience, labels),
    ));

  it('fires once when both run out', () =>
    trial(
      [...bytes(steady(1, 30), steady(1000, 30)), ...volume('files', steady(1, 30), steady(65_536, 30))],
      fires(alert, 15, labels),
    ));

  it('is silent on a file system that does not count files', () =>
    trial(
      [...bytes(steady(700, 30), steady(1000, 30)), ...volume('files', steady(0, 30), steady(0, 30))],
      ...silent(alert, 10, 29),
    ));

  it('is silent where the driver of the volume tells nothing', () => trial([], ...silent(alert, 10, 60)));
}
