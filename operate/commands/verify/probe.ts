import type { Call, Probe, ProbeStep } from '../../../components/system/operations';
import type { ToolCall } from '../../../components/system/tool-call';
import { messageOf, throwIfInterrupted } from '../../base/failure';
import type { CallOptions } from '../../mcp/session';
import { type Latency, latencyInWords, latencyOf } from '../../report/latency';
import type { Finding } from '../../report/report';

/** What steps of a probe showed. */
export interface Probed {
  readonly findings: readonly Finding[];
  /** By the titles of the steps. */
  readonly latencies: Readonly<Record<string, Latency>>;
  readonly good: boolean;
}

/** What answers the calls of a probe. */
export interface Answering<C extends Call = ToolCall> {
  call(call: C, options?: CallOptions): Promise<unknown>;
}

/** What removes what a probe leaves. */
export type CleanUp<C extends Call = ToolCall> = NonNullable<Probe<C>['cleanUp']>;

/** How steps are run. */
export interface ProbeOptions {
  /** How often each step is run. @default 1 */
  readonly samples?: number;
  /** What is added to the titles, such as `after the restart`. */
  readonly when?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Runs steps one after another; after one that fails the rest would only fail for the same reason. */
export async function runProbeSteps<C extends Call>(
  session: Answering<C>,
  steps: readonly ProbeStep<C>[],
  { samples = 1, when, signal }: ProbeOptions = {},
): Promise<Probed> {
  const findings: Finding[] = [];
  const latencies: Record<string, Latency> = {};
  for (const step of steps) {
    const subject = when === undefined ? step.title : `${step.title} ${when}`;
    const times: number[] = [];
    for (let left = samples; left > 0; left--) {
      throwIfInterrupted(signal);
      const started = performance.now();
      const problem = await problemOf(session, step, signal);
      times.push(performance.now() - started);
      if (problem !== undefined) {
        const found = times.length === 1 ? problem : `${problem}, the ${times.length}th time`;
        findings.push({ subject, status: 'failed', found, remedy: 'look at the log of the server' });
        return { findings, latencies, good: false };
      }
    }
    const latency = latencyOf(times);
    latencies[subject] = latency;
    findings.push({ subject, status: 'ok', found: latencyInWords(latency) });
  }
  return { findings, latencies, good: true };
}

/**
 * Removes what a probe has left, whatever has gone before.
 * @throws Error when the server could not be asked or refuses
 */
export async function cleanUp<C extends Call>(session: Answering<C>, { find, remove }: CleanUp<C>): Promise<void> {
  const options = { timeoutSeconds: 15 };
  for (const call of remove(await session.call(find, options))) await session.call(call, options);
}

async function problemOf<C extends Call>(
  session: Answering<C>,
  step: ProbeStep<C>,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    return step.problem(await session.call(step.call, { signal }));
  } catch (error) {
    throwIfInterrupted(signal);
    return messageOf(error);
  }
}
