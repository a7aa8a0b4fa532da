import { Failure } from '../base/failure';
import type { EngineError } from './command';

/** What the engine says last, after the reason. */
const closing = /^(update|preview|refresh|destroy) failed$/;

/**
 * One message for an operation that failed, and the remedy that fits its cause.
 *
 * @param said the engine's error messages
 * @param servers URLs of the API servers that it may have talked to
 */
export function failureOf(error: EngineError, said: readonly string[], servers: readonly string[]): Failure {
  const cause = { cause: error };
  if (error.killed) {
    return new Failure(
      'the engine was killed in the middle of its work',
      'run the command again: it goes on where this run ended; if nobody killed it, the machine may be short of memory',
      cause,
    );
  }
  const reasons = said.filter((text) => !closing.test(text));
  const texts = reasons.length > 0 ? reasons : [error.message];
  const outage = texts.map((text) => unanswered(text, servers)).find((found) => found !== undefined);
  if (outage === undefined) {
    const remedy = 'mend what is named above and run the command again; what was done so far is kept';
    return new Failure(texts.join('\n'), remedy, cause);
  }
  // A server that dies fails every object under way, each with the same reason in a long message of its own.
  const others = texts.filter((text) => unanswered(text, servers) === undefined);
  return new Failure(
    [outage, ...others].join('\n'),
    'see that the cluster runs (`npm start` does it for the local one) and run the command again; what was done so far is kept',
    cause,
  );
}

/**
 * The part of a message that says that nobody answered at an API server's address, in the words of Go's HTTP client.
 * Other addresses do not count: a pod's failing probe reads just the same.
 */
function unanswered(text: string, servers: readonly string[]): string | undefined {
  // An answer that breaks off names no URL, only the two ends of the connection.
  const server = servers.find((each) => text.includes(`"${each}/`) || text.includes(`->${new URL(each).host}: `));
  const reason = server === undefined ? undefined : lostConnection.exec(text)?.[1];
  if (reason !== undefined) return `the API server ${server} does not answer: ${reason}`;
  // A server that is only just starting answers, and still cannot be worked with.
  const verdict = unreachable.exec(text)?.[1];
  return verdict === undefined ? undefined : `the API server ${servers.join(' or ')} does not answer: ${verdict}`;
}

/** What the provider says of a cluster whose schema it cannot read. */
const unreachable = /cluster is unreachable: (?:unable to load schema information from the API server: )?(.+)/;

const lostConnection =
  /\b(connection refused|connection reset by peer|broken pipe|EOF|timeout|timed out|deadline exceeded|no route to host|no such host|network is unreachable|connection lost|connection force closed|closed network connection|closed idle connection|GOAWAY)\b/i;
