/**
 * Runs work without stack traces, except where PULUMI_DEBUG_PROMISE_LEAKS asks the SDK to print them.
 *
 * The SDK renders one for each of the promises that it makes for a resource, in case it is never settled. Their positions
 * are mapped back to TypeScript one by one, which takes longer than everything else that registering a resource does.
 */
export function withoutStackTraces<T>(work: () => T): T {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return work();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = limit;
  }
}
