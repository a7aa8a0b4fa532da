import { z } from 'zod';
import { Failure } from '../base/failure';
import type { PlannedStep } from './data-losses';

/** What the gate reads of a preview. */
export interface Preview {
  readonly steps: readonly PlannedStep[];
  /** What the engine complained about; a preview with errors ended early, so its steps are not all there are. */
  readonly errors: readonly string[];
}

const state = z.looseObject({ id: z.string().optional() });

/** The engine's `PreviewDigest`, as far as the gate needs it. The stack itself is always a step, so there is never none. */
const digest = z.looseObject({
  steps: z.array(
    z.looseObject({ op: z.string(), urn: z.string().startsWith('urn:pulumi:'), oldState: state.optional() }),
  ),
  diagnostics: z.array(z.looseObject({ severity: z.string().optional(), message: z.string().optional() })).default([]),
  changeSummary: z.record(z.string(), z.number()),
});

/**
 * Reads the output of `pulumi preview --json`.
 * @throws Failure when the text is anything else, so that a broken pipe cannot pass for a plan without losses
 */
export function parsePreview(text: string): Preview {
  const found = digest.safeParse(json(text));
  if (!found.success || found.data.steps.length === 0) throw noPreview('it has no list of planned steps');
  const { steps, diagnostics } = found.data;
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return {
    steps: steps.map(({ op, urn, oldState }) => ({
      op,
      urn,
      ...(oldState?.id ? { oldState: { id: oldState.id } } : {}),
    })),
    errors: errors.map(({ message = '' }) => message.trim()),
  };
}

function json(text: string): unknown {
  if (text.trim() === '') throw noPreview('it is empty');
  try {
    return JSON.parse(text);
  } catch {
    throw noPreview(
      text.includes('"resourcePreEvent"')
        ? 'it is a stream of events (PULUMI_ENABLE_STREAMING_JSON_PREVIEW is set)'
        : 'it is no JSON',
    );
  }
}

function noPreview(why: string): Failure {
  return new Failure(
    `the input is no finished preview: ${why}`,
    'hand in the whole output of `pulumi preview --json`, and see why that command failed if it did',
  );
}
