import { isDeepStrictEqual } from 'node:util';
import type { Point, Qdrant } from '../../../qdrant/client';

/** What is in a Qdrant. */
export interface Content {
  readonly counts: Readonly<Record<string, number>>;
  readonly aliases: Readonly<Record<string, string>>;
}

export async function contentOf(qdrant: Qdrant): Promise<Content> {
  return { counts: await qdrant.counts(), aliases: await qdrant.aliases() };
}

/** What a closer look at a few points of the backup brought. */
export interface SampledPoints {
  /** In both, with the same payload and vectors. */
  readonly same: number;
  /** In both, and not the same. */
  readonly changed: number;
  /** In the backup only. */
  readonly gone: number;
}

/** Reads points of the restored Qdrant, from every collection in turn, and looks for them in the living one. */
export async function samplePoints(
  living: Qdrant,
  restored: Qdrant,
  { living: now, restored: then }: { readonly living: Content; readonly restored: Content },
  wanted: number,
): Promise<SampledPoints> {
  const collections = Object.keys(then.counts).filter((name) => (then.counts[name] ?? 0) > 0 && name in now.counts);
  const found = { same: 0, changed: 0, gone: 0 };
  let left = wanted;
  for (const [index, collection] of collections.entries()) {
    const share = Math.ceil(left / (collections.length - index));
    if (share === 0) break;
    const points = await restored.sample(collection, share);
    left -= points.length;
    const others = await living.points(
      collection,
      points.map(({ id }) => id),
    );
    const byId = new Map(others.map((point) => [String(point.id), point]));
    for (const point of points) found[kindOf(point, byId.get(String(point.id)))] += 1;
  }
  return found;
}

function kindOf(point: Point, other: Point | undefined): keyof SampledPoints {
  if (other === undefined) return 'gone';
  const same = isDeepStrictEqual(point.payload, other.payload) && isDeepStrictEqual(point.vector, other.vector);
  return same ? 'same' : 'changed';
}
