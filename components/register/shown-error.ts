import * as pulumi from '@pulumi/pulumi';

/**
 * An error as the SDK is to show it. The SDK colours every stack trace with Node's `util.inspect`, which takes a quarter of
 * a minute for one with frames below `node_modules`. So what the operator can mend is a message alone, and any other error
 * keeps only the frames of this program.
 *
 * @param refusals classes of the errors that an operator can mend
 */
export function shownError(error: unknown, refusals: readonly (new (...args: never[]) => Error)[]): unknown {
  if (!(error instanceof Error)) return error;
  const refused = refusals.some((refusal) => error instanceof refusal);
  const shown = refused ? new pulumi.RunError(error.message) : error;
  // A stack that is undefined is no text to colour: the SDK falls back to the message.
  Object.defineProperty(shown, 'stack', { value: refused ? undefined : ownStack(error), configurable: true });
  return shown;
}

function ownStack({ message, name, stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !/node_modules|node:/.test(line));
  return [`${name}: ${message}`, ...frames].join('\n');
}
