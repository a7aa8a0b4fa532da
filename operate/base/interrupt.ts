import { Interrupted } from './failure';

/**
 * The result of work, unless the operator wants to end first. For work that only looks: it is left to itself, and nothing
 * of it needs to be brought to an end.
 *
 * @throws Interrupted when the signal fires first
 */
export async function unlessInterrupted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: (() => void) | undefined;
  const interrupted = new Promise<never>((_, reject) => {
    stop = () => reject(new Interrupted());
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, interrupted]);
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}
