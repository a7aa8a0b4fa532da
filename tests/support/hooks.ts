import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names the folder of a run to its lanes. */
const variable = 'TEST_RUN_FOLDER';

/** A folder that the lanes of a run have in common. */
export function runFolder(): string {
  const folder = process.env[variable];
  if (folder === undefined) throw new Error('no run of tests is under way');
  return folder;
}

export function mochaGlobalSetup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-run-'));
  process.env[variable] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/**
 * A run in which no test ran is a failure: a layer must not print green because a glob matched nothing. One that is skipped as
 * a whole has said what this machine lacks, and counts nothing as passed.
 */
export function mochaGlobalTeardown(this: { readonly stats: Record<'passes' | 'failures' | 'pending', number> }) {
  const { failures, passes, pending } = this.stats;
  if (passes + failures + pending === 0) throw new Error('no test ran in this layer');
}
