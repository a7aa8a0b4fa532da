import { foundAt, keyOf, type Problem } from './problems';

/** What must hold between several keys: else which key to blame and what it should have been. */
export interface Constraint {
  /** Path of the key from the top of the stack file, such as `['memoryMcp', 'hostname']`. */
  readonly path: readonly PropertyKey[];
  /** Completes the sentence "expected …". */
  readonly expected: string;
  readonly satisfied: boolean;
}

/** A problem for each constraint that is not satisfied, with what `raw` says at its key. */
export function broken(constraints: readonly Constraint[], raw: Readonly<Record<string, unknown>>): Problem[] {
  return constraints
    .filter(({ satisfied }) => !satisfied)
    .map(({ expected, path }) => ({ key: keyOf(path), expected: `expected ${expected}`, ...foundAt(raw, path) }));
}
