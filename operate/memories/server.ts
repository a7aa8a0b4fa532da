import pRetry from 'p-retry';
import { Interrupted } from '../base/failure';
import type { OpenEndpoint } from '../mcp/endpoint';
import { ConnectionBroken, openSession, type Session } from '../mcp/session';
import { asFailure, isNotFound, isRefusal, isTransient } from './errors';
import type { MemoryPlace } from './rules';

/** Tools of a server that memories are brought to. */
export const memoryTools = ['remember', 'read', 'edit', 'list', 'recall'] as const;

/** A memory as the server has it. */
export interface StoredMemory extends MemoryPlace {
  readonly id: string;
  readonly content: string;
  readonly tags: readonly string[];
  readonly source: string | null;
  readonly updated_at: string;
}

/** A memory that is not there yet. */
export interface NewMemory extends MemoryPlace {
  readonly content: string;
  readonly tags: readonly string[];
  readonly source: string;
}

/** How long a server that is busy is waited for. */
export interface RetryPolicy {
  /** Wait before the second try, in milliseconds; each later one is twice as long. */
  readonly first: number;
  /** Longest wait, in milliseconds. */
  readonly longest: number;
  readonly retries: number;
}

/** Waits for about two minutes: twice the time after which the server allows new sessions again. */
export const patient: RetryPolicy = { first: 1_000, longest: 20_000, retries: 10 };

/** Hardly waits: for who wants to know how the server does now. */
export const impatient: RetryPolicy = { first: 500, longest: 1_000, retries: 2 };

/** How a server is worked with. */
export interface ServerOptions {
  readonly signal?: AbortSignal | undefined;
  /** @default {@link patient} */
  readonly pace?: RetryPolicy | undefined;
  /** Called before each wait with the reason. */
  readonly onWait?: (reason: string) => void;
  /** Longest time that one call may take, in seconds. @default 60 */
  readonly callSeconds?: number | undefined;
}

/** Thrown when the server understood a call and says no to it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

const pageSize = 100;

/** The memories of one memory-mcp, over one session. */
export class MemoryServer {
  /** Calls that were sent, those that were repeated included. */
  calls = 0;
  readonly #session: Session;
  readonly #endpoint: OpenEndpoint;
  readonly #options: ServerOptions;

  private constructor(session: Session, endpoint: OpenEndpoint, options: ServerOptions) {
    this.#session = session;
    this.#endpoint = endpoint;
    this.#options = options;
  }

  /** Opens the one session. @throws Failure when the server does not answer or lets nobody in */
  static async open(endpoint: OpenEndpoint, options: ServerOptions = {}): Promise<MemoryServer> {
    const session = await retry(
      () => openSession(endpoint.url, endpoint.connection, endpoint.transport),
      endpoint.words,
      options,
    );
    return new MemoryServer(session, endpoint, options);
  }

  /**
   * Does something until it succeeds: a server that is busy is waited for, and a connection that broke is made anew.
   *
   * @param work safe to do twice, because a call may have arrived although its answer did not
   * @throws Refusal where the server says no, Failure where it is gone, Interrupted
   */
  withRetries<T>(work: () => Promise<T>): Promise<T> {
    return retry(work, this.#endpoint.words, this.#options);
  }

  /** Does something once. @throws Refusal where the server says no, Failure where it is gone or busy, Interrupted */
  once<T>(work: () => Promise<T>): Promise<T> {
    return retry(work, this.#endpoint.words, { ...this.#options, pace: { ...patient, retries: 0 } });
  }

  /** Every memory that a query for `scope` covers, page by page. Repeats what fails. */
  async list(scope: string): Promise<MemoryPlace[]> {
    const all: MemoryPlace[] = [];
    let cursor: string | undefined;
    do {
      const given = { scope, limit: pageSize, fields: ['name', 'scope'], ...(cursor ? { cursor } : {}) };
      const page = await this.withRetries(() => this.#call<Page>('list', given));
      all.push(...page.memories);
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return all;
  }

  /** What the file of a place holds, which may be the memory of another place; undefined where there is none. */
  async read({ scope, name }: MemoryPlace): Promise<StoredMemory | undefined> {
    try {
      return await this.#call<StoredMemory>('read', { name, scope });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Only for what is not there: a memory that is would silently get another id and time of creation. */
  async remember({ scope, name, content, tags, source }: NewMemory): Promise<void> {
    await this.#call('remember', { name, scope, content, tags, source });
  }

  /** Replaces the content and keeps everything else. */
  async edit({ scope, name }: MemoryPlace, content: string): Promise<void> {
    await this.#call('edit', { name, scope, content });
  }

  /** The places that a query finds, the best first. */
  async recall(query: string, scope: string, limit: number): Promise<readonly MemoryPlace[]> {
    return (await this.#call<{ results: MemoryPlace[] }>('recall', { query, scope, limit })).results;
  }

  /** Ends the session; the endpoint stays its opener's. */
  close(): Promise<void> {
    return this.#session.close();
  }

  async #call<T>(tool: string, given: Readonly<Record<string, unknown>>): Promise<T> {
    this.calls += 1;
    const { signal, callSeconds = 60 } = this.#options;
    return (await this.#session.call({ tool, arguments: given }, { signal, timeoutSeconds: callSeconds })) as T;
  }
}

interface Page {
  readonly memories: readonly MemoryPlace[];
  readonly next_cursor: string | null;
}

async function retry<T>(work: () => Promise<T>, words: string, options: ServerOptions): Promise<T> {
  const { signal, pace = patient, onWait } = options;
  try {
    return await pRetry(work, {
      retries: pace.retries,
      minTimeout: pace.first,
      maxTimeout: pace.longest,
      ...(signal ? { signal } : {}),
      shouldRetry: ({ error, attemptNumber }) => {
        const again = isTransient(error, attemptNumber);
        if (again) onWait?.(error instanceof ConnectionBroken ? 'the connection broke' : error.message);
        return again;
      },
    });
  } catch (error) {
    if (signal?.aborted) throw new Interrupted();
    if (isRefusal(error))
      throw new Refusal((error as Error).message.replace(/^MCP error -\d+: /, ''), { cause: error });
    throw asFailure(error, words);
  }
}
