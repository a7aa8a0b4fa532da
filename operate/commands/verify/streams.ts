import type { Connection } from '../../mcp/connection';

/** A stream of events that a server keeps open for what it wants to say by itself. */
export interface Stream {
  readonly openedAt: number;
  endedAt?: number;
  /** Why it broke; undefined where it ended in order or is open. */
  broke?: string;
}

/** A connection like the given one that keeps a record of the streams that its client listens to. */
export function recordStreams(connection: Connection): { readonly connection: Connection; readonly streams: Stream[] } {
  const streams: Stream[] = [];
  const fetch: Connection['fetch'] = async (input, init) => {
    const response = await connection.fetch(input, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if ((init?.method ?? 'GET') !== 'GET' || !isStream || response.body === null) return response;
    const stream: Stream = { openedAt: Date.now() };
    streams.push(stream);
    return new Response(recorded(response.body, stream), { status: response.status, headers: [...response.headers] });
  };
  return { connection: { ...connection, fetch }, streams };
}

function recorded(body: ReadableStream<Uint8Array>, stream: Stream): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          controller.enqueue(value);
          return;
        }
        stream.endedAt = Date.now();
        controller.close();
      } catch (error) {
        stream.endedAt = Date.now();
        stream.broke = error instanceof Error ? error.message : String(error);
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
