/** How long calls took, in milliseconds. */
export interface Latency {
  readonly samples: number;
  readonly p50: number;
  readonly p95: number;
}

/** The median and the 95th percentile, each a time that was really measured. */
export function latencyOf(milliseconds: readonly number[]): Latency {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { samples: sorted.length, p50: at(0.5), p95: at(0.95) };
}

/** Such as `20 times, p50 3.1 ms, p95 8 ms`. */
export function latencyInWords({ samples, p50, p95 }: Latency): string {
  return samples === 1 ? `${p50} ms` : `${samples} times, p50 ${p50} ms, p95 ${p95} ms`;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
