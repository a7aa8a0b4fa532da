import { join } from 'node:path';
import type { Plan } from '../../../components/system';
import {
  compareOverlay,
  differenceInWords,
  type OverlayDifference,
  overlaysPath,
  strayOverlays,
  writeOverlay,
} from '../../../render/overlay';
import { renderPlan } from '../../../render/plan';
import { Verdict } from '../../base/failure';
import { checkedPlan, knownStacks } from '../../stack';
import { stackNames } from '../../stack-file';

/** What the operator can say to `render`. */
export interface RenderOptions {
  /** Names of the stacks. @default every stack of the project */
  readonly stack?: readonly string[];
  /** Only say what differs, and fail when anything does. */
  readonly check?: boolean;
}

/**
 * Writes the overlays of stacks, or says how they differ from what the stacks describe. A plan that breaks a rule is not
 * rendered, because Argo CD would apply it without asking.
 *
 * @throws Failure when a stack cannot be used, and in a check when anything differs
 */
export async function render(run: { readonly projectDir: string }, options: RenderOptions): Promise<void> {
  const { projectDir } = run;
  const all = stackNames(projectDir);
  const stacks = knownStacks(projectDir, options.stack ?? all);
  // Every stack is described before the first is written.
  const rendered = stacks.map((stack) => [stack, renderPlan(checkedPlan(projectDir, stack), stack)] as const);
  const strays = options.stack ? [] : strayOverlays(projectDir, all);
  if (options.check) check(projectDir, rendered, strays);
  else write(projectDir, rendered, strays);
}

type Rendered = readonly (readonly [stack: string, files: ReadonlyMap<string, string>])[];

function check(projectDir: string, rendered: Rendered, strays: readonly string[]): void {
  const differences = rendered.flatMap(([stack, files]) =>
    compareOverlay(join(projectDir, overlaysPath, stack), files).map((difference) =>
      differenceInWords(`${overlaysPath}/${stack}`, difference),
    ),
  );
  for (const line of [...differences, ...strays.map(strayInWords)]) console.log(line);
  const { length } = [...differences, ...strays];
  if (length > 0) {
    const verb = length === 1 ? 'place is' : 'places are';
    throw new Verdict(
      `${length} ${verb} not as the stack files describe`,
      'run `npm run render` and commit the result',
    );
  }
  console.log(`${rendered.map(([stack]) => stack).join(', ')}: the overlays are as the stack files describe`);
}

function write(projectDir: string, rendered: Rendered, strays: readonly string[]): void {
  for (const [stack, files] of rendered) console.log(writtenInWords(projectDir, stack, files));
  for (const stray of strays) console.log(strayInWords(stray));
}

/**
 * Writes the overlay of one stack.
 * @returns what was written, in words
 */
export function renderStack(projectDir: string, stack: string, plan: Plan): string {
  return writtenInWords(projectDir, stack, renderPlan(plan, stack));
}

function writtenInWords(projectDir: string, stack: string, files: ReadonlyMap<string, string>): string {
  const changed = writeOverlay(join(projectDir, overlaysPath, stack), files);
  return `${overlaysPath}/${stack}: ${changesInWords(changed, files.size)}`;
}

function changesInWords(changed: readonly OverlayDifference[], total: number): string {
  if (changed.length === 0) return `nothing changed in ${total} files`;
  const removed = changed.filter(({ state }) => state === 'stale').length;
  return `wrote ${changed.length - removed} of ${total} files${removed > 0 ? `, removed ${removed}` : ''}`;
}

/** Removing it is left to a person: an Application may still sync it. */
function strayInWords(name: string): string {
  return `${overlaysPath}/${name} belongs to no stack; remove it once no Application syncs it`;
}
