import type { Waiver } from '../../system/described';

/**
 * The waiver for images without a digest, where a reason is given and needed.
 *
 * @param reason key `imageUnpinnedReason` of a system
 */
export function unpinnedWaiver(reason: string | undefined, ...images: readonly string[]): Waiver[] {
  return reason && images.some((image) => !image.includes('@')) ? [{ rule: 'pinned-images', reason }] : [];
}
