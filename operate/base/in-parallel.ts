import { throwIfInterrupted } from './failure';

/** Does the same with every item, at most `width` at a time, and keeps their order. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  { width = 8, signal }: { readonly width?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = [...items.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      throwIfInterrupted(signal);
      results[next[0]] = await work(next[1]);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
