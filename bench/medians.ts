/** Something that is timed, and what it is compared with. */
export interface Timed {
  readonly name: string;
  readonly run: () => Promise<unknown> | unknown;
}

/** What was measured of one subject. */
export interface Measured {
  readonly name: string;
  /** Seconds. */
  readonly median: number;
  /** Median relative to that of the first subject. */
  readonly ratio: number;
}

/**
 * Runs the subjects in turns, so that whatever else the machine does hits them all alike, and compares their medians with
 * the first one's. The first turn warms up and does not count.
 */
export async function compare(subjects: readonly Timed[], turns: number): Promise<Measured[]> {
  const seconds = subjects.map((): number[] => []);
  for (let turn = 0; turn <= turns; turn++) {
    for (const [index, { run }] of subjects.entries()) {
      const start = performance.now();
      await run();
      if (turn > 0) seconds[index]?.push((performance.now() - start) / 1000);
    }
  }
  const medians = seconds.map(median);
  return subjects.map(({ name }, index) => {
    const own = medians[index] ?? Number.NaN;
    return { name, median: own, ratio: own / (medians[0] ?? Number.NaN) };
  });
}

/** The middle of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}
