type Id = number | string;
type Vectors = Readonly<Record<string, readonly number[]>>;

/** A point as a request brings it. */
interface Point {
  readonly id: Id;
  readonly vector: Vectors;
  readonly payload?: Readonly<Record<string, unknown>>;
}

/** What a request about points may say. */
export interface PointsBody {
  readonly points?: readonly unknown[];
  readonly ids?: readonly Id[];
  readonly query?: readonly number[];
  readonly using?: string;
  readonly limit?: number;
  readonly filter?: { readonly must: readonly { readonly key: string; readonly match: { readonly value: unknown } }[] };
}

/**
 * Takes points, all or none of them.
 *
 * @param sizes of the vectors that the collection has, by their names
 * @returns why Qdrant refuses them
 */
export function taken(
  points: Map<Id, unknown>,
  given: readonly unknown[],
  sizes: Readonly<Record<string, { readonly size: number }>>,
): string | undefined {
  for (const { vector } of given as readonly Point[]) {
    for (const [name, { length }] of Object.entries(vector)) {
      const size = sizes[name]?.size;
      if (size === undefined) return `Wrong input: Not existing vector name error: ${name}`;
      if (size !== length) return `Wrong input: Vector dimension error: expected dim: ${size}, got ${length}`;
    }
  }
  for (const point of given as readonly Point[]) points.set(point.id, point);
  return undefined;
}

/** The points that are nearest by one vector, of those that have it and match. */
export function nearest(
  points: ReadonlyMap<Id, unknown>,
  { filter, limit = 10, query = [], using = '' }: PointsBody,
): readonly {
  readonly id: Id;
  readonly version: number;
  readonly score: number;
  readonly payload: Point['payload'];
}[] {
  const matches = ({ payload }: Point) =>
    (filter?.must ?? []).every(({ key, match }) => payload?.[key] === match.value);
  return [...(points.values() as Iterable<Point>)]
    .filter((point) => point.vector[using] && matches(point))
    .map(({ id, payload, vector }) => ({ id, version: 0, payload, score: cosine(query, vector[using] ?? []) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

function cosine(a: readonly number[], b: readonly number[]): number {
  const product = (one: readonly number[], other: readonly number[]) =>
    one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
  return product(a, b) / (Math.sqrt(product(a, a) * product(b, b)) || 1);
}
