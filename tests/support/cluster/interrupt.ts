type Stop = () => Promise<unknown>;

const interruption = new AbortController();

/** Fires when the run is interrupted; what is being started then ends what it has started so far. */
export const interrupt: AbortSignal = interruption.signal;

const started = new Set<Stop>();

/**
 * Sees to it that something is stopped also where the run itself is ended, by Ctrl-C or by a CI job that is cancelled:
 * mocha then runs no hooks any more, and a control plane lives on without its parent.
 *
 * @returns the same way to stop it, for the hook of a run that ends by itself; it is done once, and whoever asks waits for it:
 *   lanes are interrupted with their run, which ends then too, and would leave behind what is not stopped yet
 */
export function stoppedOnInterrupt(stop: Stop): Stop {
  if (started.size === 0) for (const signal of signals) process.on(signal, end);
  let stopping: Promise<unknown> | undefined;
  const once: Stop = () => {
    stopping ??= stop().finally(() => {
      started.delete(once);
      if (started.size === 0) for (const signal of signals) process.off(signal, end);
    });
    return stopping;
  };
  started.add(once);
  return once;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Exit code after an interrupt, as shells count. */
const interrupted = 130;

function end(): void {
  if (interrupt.aborted) return;
  console.error('\ninterrupted; ending what this run has started');
  interruption.abort();
  void Promise.allSettled([...started].map((stop) => stop())).then(() => process.exit(interrupted));
}
