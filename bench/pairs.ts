/** Something that is timed. */
export interface Timed {
  readonly name: string;
  /** What has to happen before each run and is not timed. */
  readonly before?: () => Promise<unknown>;
  readonly run: () => Promise<unknown> | unknown;
}

/** What was measured of one subject. */
export interface Measured {
  readonly name: string;
  /** Median, in seconds. */
  readonly seconds: number;
  /** Against the first subject in the same turn: least, median and most. */
  readonly ratio: readonly [number, number, number];
}

/**
 * Runs the subjects in turns, so that whatever else the machine does hits them all alike, and compares each with the first
 * one of the same turn. The first turn warms up and does not count.
 */
export async function compare(subjects: readonly Timed[], turns: number): Promise<Measured[]> {
  const seconds = subjects.map((): number[] => []);
  for (let turn = 0; turn <= turns; turn++) {
    for (const [index, { before, run }] of subjects.entries()) {
      await before?.();
      const start = performance.now();
      await run();
      if (turn > 0) seconds[index]?.push((performance.now() - start) / 1000);
    }
  }
  return subjects.map(({ name }, index) => {
    const own = seconds[index] ?? [];
    const ratios = own.map((each, turn) => each / (seconds[0]?.[turn] ?? Number.NaN));
    return { name, seconds: median(own), ratio: [Math.min(...ratios), median(ratios), Math.max(...ratios)] };
  });
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
