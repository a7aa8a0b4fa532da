import { join } from 'node:path';
import { describePlan, type Plan } from '../../components/plan';
import { ConfigError } from '../../config/parse';
import { checkPlan, PolicyError } from '../../policies/check';
import { Failure } from '../failure';
import { loadStack, stackNames } from '../stack-file';
import {
  compareOverlay,
  type Difference,
  differenceInWords,
  overlaysPath,
  strayOverlays,
  writeOverlay,
} from './overlay';
import { renderPlan } from './plan';

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
  const stacks = options.stack ?? all;
  const unknown = stacks.filter((stack) => !all.includes(stack));
  if (unknown.length > 0) {
    throw new Failure(`there is no stack ${unknown.join(', ')}`, `name one of: ${all.join(', ')}`);
  }
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
    throw new Failure(
      `${length} ${verb} not as the stack files describe`,
      'run `npm run render` and commit the result',
    );
  }
  console.log(`${rendered.map(([stack]) => stack).join(', ')}: the overlays are as the stack files describe`);
}

function write(projectDir: string, rendered: Rendered, strays: readonly string[]): void {
  for (const [stack, files] of rendered) {
    const changed = writeOverlay(join(projectDir, overlaysPath, stack), files);
    console.log(`${overlaysPath}/${stack}: ${changesInWords(changed, files.size)}`);
  }
  for (const stray of strays) console.log(strayInWords(stray));
}

function changesInWords(changed: readonly Difference[], total: number): string {
  if (changed.length === 0) return `nothing changed in ${total} files`;
  const removed = changed.filter(({ state }) => state === 'stale').length;
  return `wrote ${changed.length - removed} of ${total} files${removed > 0 ? `, removed ${removed}` : ''}`;
}

/** Removing it is left to a person: an Application may still sync it. */
function strayInWords(name: string): string {
  return `${overlaysPath}/${name} belongs to no stack; remove it once no Application syncs it`;
}

function checkedPlan(projectDir: string, stack: string): Plan {
  try {
    const plan = describePlan(loadStack(projectDir, stack));
    const { violations } = checkPlan(plan);
    if (violations.length > 0) throw new PolicyError(violations);
    return plan;
  } catch (error) {
    if (error instanceof ConfigError) {
      throw new Failure(error.message, 'mend these keys; docs/config.md says what each may be', { cause: error });
    }
    if (error instanceof PolicyError) {
      throw new Failure(
        `stack ${stack}: ${error.message}`,
        `change Pulumi.${stack}.yaml, or waive a rule with a reason`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
