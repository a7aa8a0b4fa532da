import type { Waiver } from '../../system/described';
import type { UnsavedData } from '../../system/operations';

/**
 * The waiver of a claim whose data no backup covers, where a reason is given and needed.
 *
 * @param reason key `unsavedReason` of a system
 */
export function unsavedWaiver(reason: string | undefined, unsaved: readonly UnsavedData[], claim: string): Waiver[] {
  return reason && unsaved.some((data) => data.claim === claim) ? [{ rule: 'saved-data', reason }] : [];
}
