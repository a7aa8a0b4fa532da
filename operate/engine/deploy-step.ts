import { basename } from 'node:path';
import type { OutputMap } from '@pulumi/pulumi/automation';
import { withLock } from '../base/lock';
import type { Step } from '../base/progress';
import { type CommandRun, localName } from '../base/run';
import type { Tools } from '../toolchain';
import { type Changes, nothingChanged, openStack } from './index';
import { sayEvent } from './say-event';

/** Where a stack is deployed. */
export interface Target {
  readonly kubeconfig: string;
  readonly stateDir: string;
}

/** What a deployment left to tell. */
export interface Deployed {
  readonly outputs: OutputMap;
  readonly warnings: readonly string[];
}

/** The step that brings a cluster to what the stack describes. */
export function deployStep(
  run: CommandRun,
  tools: () => Tools,
  target: () => Target,
  done: (deployed: Deployed) => void,
): Step {
  return {
    title: `Stack ${localName}`,
    work: async (say) => {
      const { kubeconfig, stateDir } = target();
      const outcome = await withLock(run.home.locks, `state-${basename(stateDir)}`, () => deploy(), {
        signal: run.signal,
        onWait: () => say('waiting for another run that deploys to this cluster'),
      });
      done(outcome);
      return `Stack ${localName}: ${changesInWords(outcome.changes)}`;

      async function deploy() {
        say('reading the stack');
        const stack = await openStack({ ...run, stack: localName, tools: tools(), kubeconfig, stateDir });
        return stack.up({ signal: run.signal, onEvent: (event) => sayEvent(event, say) });
      }
    },
  };
}

/** What changed, in words; where nothing did, plainly that. */
export function changesInWords(changes: Changes): string {
  const same = changes.same ?? 0;
  if (nothingChanged(changes)) return `nothing changed, all ${same} resources are as described`;
  return Object.entries(changes)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${pastTense[kind] ?? kind}`)
    .join(', ');
}

const pastTense: Readonly<Record<string, string>> = {
  same: 'unchanged',
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  replace: 'replaced',
  refresh: 'refreshed',
};
