import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { Failure, messageOf } from '../base/failure';
import { ConnectionBroken, ToolError } from '../mcp/session';

/** JSON-RPC code of a call that the server will never take, such as one for a memory that is not there. */
const invalid = -32602;
/** JSON-RPC code of everything else that goes wrong within the server. */
const internal = -32603;
/** Statuses of a gateway or a server that is busy; the server answers too many new sessions with 500. */
const busy = new Set([429, 500, 502, 503, 504]);
/** How often an error from within the server counts as one that passes. */
const internalTries = 3;

/** Whether asking again may help. What is asked again must be safe to do twice. */
export function isTransient(error: unknown, attempt: number): boolean {
  if (error instanceof ConnectionBroken) return true;
  const code = codeOf(error);
  if (code === internal) return attempt < internalTries;
  return (typeof code === 'number' && busy.has(code)) || code === ErrorCode.RequestTimeout || isReset(error);
}

/** Whether the server understood the call and says no to it, so that the next one may still succeed. */
export function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  return error instanceof ToolError || code === invalid || code === internal;
}

/** Whether there is no such memory. */
export function isNotFound(error: unknown): boolean {
  return error instanceof McpError && error.code === invalid && error.message.includes('memory not found');
}

/** What the operator is told of an error that ends the work. @param words names the server */
export function asFailure(error: unknown, words: string): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  const again = 'run the command again; what has been done is found as it is';
  if (code === 401 || code === 403) {
    const said = code === 401 ? 'it takes no such token' : 'it lets nobody in who comes this way';
    const remedy = 'renew the token (FLEET_TOKEN, or the Secret) or check the host name, then run the command again';
    return new Failure(`${words} answers ${code}: ${said}`, remedy, { cause: error });
  }
  if (code === 404) {
    return new Failure(`${words} no longer knows the session: it was restarted, or has no such path`, again, {
      cause: error,
    });
  }
  const reason = reasonOf(error);
  return new Failure(`${words} does not answer: ${reason}`, `see that the server runs, then ${again}`, {
    cause: error,
  });
}

function codeOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

/** A connection that was there and broke; one that was refused tells that nobody is there. */
function isReset(error: unknown): boolean {
  const code = causeOf(error)?.code;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}

function causeOf(error: unknown): { code?: string; message?: string } | undefined {
  return (error as { cause?: { code?: string; message?: string } } | undefined)?.cause;
}

/** The client library says no more than `fetch failed`; what failed is in the cause. */
function reasonOf(error: unknown): string {
  const cause = causeOf(error);
  return cause?.message || cause?.code || messageOf(error);
}
