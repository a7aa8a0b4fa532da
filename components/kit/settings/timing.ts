import type { z } from 'zod';
import { scheduleOf } from '../../../config/schedule';

/** What is said of something that is run again and again. */
export interface Timing {
  readonly schedule?: string | undefined;
  /** Time that one run may take, in seconds. */
  readonly deadlineSeconds: number;
  /** Age of the last good run at which an alert goes off, in seconds. */
  readonly maxAgeSeconds: number;
}

/** The keys of these, from where they are checked. */
export type TimingPaths = Readonly<Record<keyof Timing, readonly PropertyKey[]>>;

/**
 * A run must be over before the next one is due, which is left out otherwise, and no alert may go off while every run is
 * good: between two ends lie the longest gap of the schedule and what one run may take longer than the other.
 */
export function checkTiming(
  { deadlineSeconds, maxAgeSeconds, schedule }: Timing,
  paths: TimingPaths,
  context: z.RefinementCtx,
): void {
  const gaps = schedule === undefined ? undefined : scheduleOf(schedule);
  if (gaps === undefined || 'fault' in gaps) return;
  const { longestGap, shortestGap } = gaps;
  const problem = (path: readonly PropertyKey[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const key = paths.schedule.join('.');
  if (deadlineSeconds > shortestGap) {
    problem(
      paths.deadlineSeconds,
      `at most ${shortestGap}, the shortest time from one run of ${key} "${schedule}" to the next, which would be left out`,
    );
  } else if (maxAgeSeconds < longestGap + deadlineSeconds) {
    problem(
      paths.maxAgeSeconds,
      `at least ${longestGap + deadlineSeconds}, or a closer ${key}: up to ${longestGap} s lie between two runs of "${schedule}", and one may take ${deadlineSeconds} s`,
    );
  }
}
