import type { Labels } from './flow';

/** What the production checklist is divided into, in the order of its report. */
export type ProductionTopic =
  | 'infrastructure'
  | 'security'
  | 'cost'
  | 'scaling'
  | 'monitoring'
  | 'reliability'
  | 'performance'
  | 'operations';

/** A point of the production checklist that only the system knows, beside those that hold for every one. */
export interface ProductionPoint {
  readonly topic: ProductionTopic;
  /** What has to be so, such as `Redis keeps its queue over a restart`. */
  readonly name: string;
  readonly judge: Judge;
}

/** Who says whether a point is good: the cluster, or a person. Plain data: no command knows a system. */
export type Judge = PersonJudge | FieldJudge | CommandJudge;

/** Nothing on the cluster tells. */
export interface PersonJudge {
  readonly kind: 'person';
  /** What is known, such as `the pinned version counts no costs`. */
  readonly found: string;
  /** How a person checks it, or what does it instead. */
  readonly how: string;
}

/** A live object of the system's namespace. */
export interface FieldJudge {
  readonly kind: 'field';
  readonly object: { readonly apiVersion: string; readonly kind: string; readonly name: string };
  /** Keys to the field; in a list, an object is the item that has these values, such as `{ name: 'api' }`. */
  readonly path: readonly (string | Readonly<Record<string, string>>)[];
  readonly wanted: { readonly is: string | number | boolean } | { readonly atLeast: number };
  readonly remedy: string;
}

/** A command that only looks, in a container of a pod that is ready. */
export interface CommandJudge {
  readonly kind: 'command';
  readonly pods: Labels;
  readonly container: string;
  readonly command: readonly string[];
  /** What its output must match, as a regular expression over all of it. */
  readonly matches: string;
  /** What is good, in words: the output itself may be long. */
  readonly found: string;
  readonly remedy: string;
}
