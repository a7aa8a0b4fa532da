/** Tells the lanes of a run of its node. */
const variable = 'TEST_NODE';

/** The node that all lanes of a run share. */
export interface NodeOfRun {
  /** The home that it lies in. */
  readonly folder: string;
  /** What this machine could not make of the images that a stand-in exists for: the reason and its remedy, by name. */
  readonly lacking: Readonly<Record<string, { readonly what: string; readonly remedy: string }>>;
}

/** The node of this run; undefined where this machine can run none. */
export function nodeOfRun(): NodeOfRun | undefined {
  const value = process.env[variable];
  return value === undefined ? undefined : JSON.parse(value);
}

/** Makes a node the one of this run, in the lanes that are started from now on. */
export function tellOfNode(node: NodeOfRun): void {
  process.env[variable] = JSON.stringify(node);
}
