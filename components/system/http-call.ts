/** A request to a server that speaks plain HTTP, with JSON both ways. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** From the root of the server on. */
  readonly path: string;
  readonly body?: unknown;
}
