import type { OutputMap } from '@pulumi/pulumi/automation';
import type { RunStep } from '../base/progress';
import { changesInWords } from './changes';
import { showEvent } from './event-text';
import type { OpenStack, Outcome } from './index';

/** What a deployment left to tell. */
export type Deployed = Outcome & { readonly outputs: OutputMap };

/** Runs work on a stack that is open for it alone. @param onWait called while somebody else works on it */
export type WithStack = <T>(work: (stack: OpenStack) => Promise<T>, onWait: () => void) => Promise<T>;

/** Brings a cluster to what the stack describes, as a step. */
export function deployStep(step: RunStep, stack: string, withStack: WithStack, signal: AbortSignal): Promise<Deployed> {
  return step(
    `Stack ${stack}`,
    (say) => {
      say('reading the stack');
      return withStack(
        (open) => open.up({ signal, onEvent: (event) => showEvent(event, say) }),
        () => say('waiting for another run that works on this cluster'),
      );
    },
    ({ changes }) => `Stack ${stack}: ${changesInWords(changes)}`,
  );
}
