import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';

/** Amounts of one container; each that is left out is not bound. */
interface Amounts {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
}

/** What each container of a namespace may ask for, and what it gets where it asks for nothing. */
export interface Range {
  /** Smallest requests. */
  readonly min?: Amounts | undefined;
  /** Requests of a container that names none. */
  readonly defaultRequest?: Amounts | undefined;
  /** Limits of a container that names none. */
  readonly default?: Amounts | undefined;
  /** Highest limits. */
  readonly max?: Amounts | undefined;
}

/** Bounds on every container of a namespace of our own: others' containers are bound too. */
export function limitRange(metadata: ObjectMeta, range: Range): Described<'LimitRange'> {
  const bounds = Object.entries(range).flatMap(([bound, amounts]: [string, Amounts | undefined]) => {
    const given = Object.entries(amounts ?? {}).filter(([, amount]) => amount !== undefined);
    return given.length > 0 ? [[bound, Object.fromEntries(given)] as const] : [];
  });
  return {
    object: {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata,
      spec: { limits: [{ type: 'Container', ...Object.fromEntries(bounds) }] },
    },
  };
}
