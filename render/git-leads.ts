import type { Plan } from '../components/system';
import { overlayDifferences } from './overlay';

/** Thrown when a plan runs ahead of git on a stack where Argo CD would take its changes back. */
export class OverlayError extends Error {
  constructor(stack: string, differences: readonly string[]) {
    super(
      `the plan differs from the committed overlay of stack ${stack}, which Argo CD applies too (mode shared): ` +
        'render it (`npm run render`), merge it, then run `up`\n' +
        differences.map((difference) => `  ${difference}`).join('\n'),
    );
    this.name = 'OverlayError';
  }
}

/**
 * In mode `shared` git leads: what is not in the overlay yet, Argo CD would undo. A preview may look ahead, an update may
 * not.
 * @throws OverlayError that names every file that differs
 */
export function requireMergedOverlay(projectDir: string, stack: string, plan: Plan): void {
  if (plan.cluster.argocd?.mode !== 'shared') return;
  const differences = overlayDifferences(projectDir, stack, plan);
  if (differences.length > 0) throw new OverlayError(stack, differences);
}
