import { basename } from 'node:path';
import { Failure, throwIfInterrupted } from '../../base/failure';
import type { Say } from '../../base/progress';
import { get } from '../../cluster/api';
import { objectPath } from '../../cluster/kinds';
import type { OpenStack } from '../../engine';
import { showEvent } from '../../engine/event-text';
import { type LiveObject, objectInWords } from '../../live/object';
import { dataLosses, lossInWords } from '../../preview';
import { transferAnew } from './examine';
import { transferOwnership } from './field-ownership';
import { type AdoptionPlan, takenObjects } from './plan';

/**
 * Takes over what runs: first the ownership of fields, which changes no content, then the engine registers every object. It creates
 * by a forced apply of what it does not know yet, so a live object is changed in place and stays the same one.
 *
 * @throws Failure when the engine plans to delete or replace anything, or an object is no longer the same one afterwards
 */
export async function applyAdoption(
  plan: AdoptionPlan,
  stack: OpenStack,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const taken = takenObjects(plan);
  for (const each of taken) {
    throwIfInterrupted(signal);
    if (each.transfer.from.length === 0) continue;
    say(`taking over ${each.name} from ${each.transfer.from.join(', ')}`);
    const again = await transferAnew(plan.examination, each.kind, each.described);
    await transferOwnership(plan.examination.api, each, again);
  }
  say('asking the engine for its plan');
  await requireHarmless(stack, signal);
  say('registering');
  await stack.up({ signal, onEvent: (event) => showEvent(event, say) });
  for (const { kind, live } of taken) {
    const now = await get<LiveObject>(plan.examination.api, objectPath(kind, live.metadata));
    if (now?.metadata.uid === live.metadata.uid) continue;
    const found = now === undefined ? 'is gone' : 'is another object now';
    throw new Failure(`${objectInWords(live)} ${found}`, 'see its events; `fleet drift` says what is missing');
  }
}

/** The engine's own word, on top of the API server's: nothing is deleted or replaced. */
async function requireHarmless(stack: OpenStack, signal: AbortSignal): Promise<void> {
  const steps: { op: string; urn: string; old?: { id?: string } | null }[] = [];
  const { changes } = await stack.preview({
    signal,
    onEvent: ({ resourcePreEvent }) => {
      if (resourcePreEvent !== undefined) steps.push(resourcePreEvent.metadata as (typeof steps)[number]);
    },
  });
  const losses = dataLosses(steps);
  const harmful = Object.keys(changes).filter((operation) => /delete|replace/.test(operation));
  if (losses.length === 0 && harmful.length === 0) return;
  throw new Failure(
    ['the engine would delete or replace something, so nothing was registered', ...losses.map(lossInWords)].join(
      '\n\n',
    ),
    `its state knows more than this stack describes: look with \`pulumi preview\`; state of ${basename(stack.workDir)}`,
  );
}
