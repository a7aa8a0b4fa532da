import { type BaseName, bases } from './impact-bases';
import { type Config, changed } from './impact-config';

/** A change of one key, previewed on a stack that is up. */
export interface Change {
  readonly base: BaseName;
  /** Path of the key; `[]` is the first entry of a list. */
  readonly path: string;
  /** The new value; undefined leaves the key out. */
  readonly to: unknown;
  /** What has to change along with it, by path. */
  readonly along: Readonly<Record<string, unknown>>;
  /** The change in words, where its values mean nothing outside of this run. */
  readonly inWords?: string;
}

/** The stack file after a change. */
export function configAfter({ base, path, to, along }: Change): Config {
  return changed(bases[base].config, { ...along, [path]: to });
}

/** What only the running cluster knows. */
export interface Facts {
  /** Uid of its namespace kube-system. */
  readonly uid: string;
  /** The one context of the kubeconfig. */
  readonly context: string;
}

/** A change on a stack, with what has to change along. */
export const on =
  (base: BaseName) =>
  (path: string, to: unknown, along: Change['along'] = {}): Change => ({ base, path, to, along });
