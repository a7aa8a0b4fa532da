import type { SystemPlan } from '../../../components/system';
import type { Described } from '../../../components/system/described';
import type { ServedKind } from '../../cluster/kinds';
import type { FieldDifference } from '../../live/differences';
import type { LiveObject, ManagedFields } from '../../live/object';

/** An object of the plan that the engine is to register. */
export interface Planned {
  readonly system: SystemPlan;
  /** Its name in the plan. */
  readonly key: string;
  readonly described: Described;
}

/** What becomes of an object of the plan. */
export type Adoption = Planned & { readonly name: string } & (
    | { readonly state: 'create' }
    | Taken
    | { readonly state: 'refuse'; readonly reason: string; readonly remedy: string; readonly live?: LiveObject }
  );

/** A live object that becomes ours as it is, and changes in place. */
export interface Taken {
  readonly state: 'adopt';
  readonly kind: ServedKind;
  readonly live: LiveObject;
  /** Every field that will have another value, in the words of the API server's own answer. */
  readonly changes: readonly FieldDifference[];
  readonly transfer: OwnershipTransfer;
}

/** How ownership of fields passes from those who installed the object to us. */
export interface OwnershipTransfer {
  /** Managers that keep nothing. */
  readonly from: readonly string[];
  /** What managed fields are to be; content does not change by it. */
  readonly managedFields: readonly ManagedFields[];
}
