import type { Writer } from '../../live/writer';

/** Something on the cluster that is not as the plan describes it. */
export interface Drift {
  /** Kind, namespace and name. */
  readonly object: string;
  /**
   * `changed` and `removed` fields are described with another value, or at all; `added` ones are described by nobody;
   * `missing` objects are described and not there; `extra` ones are there and not described; `ending` ones are being deleted;
   * `refused` ones cannot become what is described; `unknown` ones could not be looked at.
   */
  readonly kind: 'changed' | 'removed' | 'added' | 'missing' | 'extra' | 'ending' | 'refused' | 'unknown';
  /** Absent where it is about the whole object. */
  readonly field?: string;
  readonly described?: unknown;
  readonly live?: unknown;
  /** Absent where nobody is recorded. */
  readonly by?: Writer;
  /** Who may have it so; then it is no drift. */
  readonly ownedBy?: string;
  /** What there is to say beside the values. */
  readonly note?: string;
}

/** What was found, and how much was looked at. */
export interface DriftFound {
  readonly drifts: readonly Drift[];
  /** Described objects that were compared. */
  readonly compared: number;
  readonly seconds: number;
}

/** Whether something must be done about it. */
export function isDrift({ ownedBy }: Drift): boolean {
  return ownedBy === undefined;
}
