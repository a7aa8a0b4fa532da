/** What requests to a server and its streams may take, for everything that lies between it and its clients. */
export interface Traffic {
  /**
   * Longest silence of a stream, in seconds: as long as the server keeps an idle session, so that nothing before it is the
   * one that ends it. @default that of whoever passes the stream on
   */
  readonly silenceSeconds?: number;
  /** Largest body of a request, in bytes. @default that of whoever passes the request on */
  readonly bodyBytes?: number;
}
