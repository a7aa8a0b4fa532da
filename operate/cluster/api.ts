import { request as plainRequest } from 'node:http';
import { type RequestOptions, request as secureRequest } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Failure } from '../base/failure';
import { waitFor } from '../base/wait';

/** The part of an object that this code looks at; the rest is carried along as it is. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What the API server answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A connection to an API server. */
export interface Api {
  readonly server: string;
  /**
   * One request.
   *
   * @throws Error where nobody answers within `timeoutSeconds` (default 120: an API server that installs definitions on a busy
   *   machine is slow); where nobody listens at once, or, if it has answered before, after half a minute
   */
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
}

/** The parts of a request beyond method and path. */
export interface SendOptions {
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly timeoutSeconds?: number;
}

const fieldManager = 'memory-fleet-operate';

/**
 * Connects with a kubeconfig, whose credentials are read by the official client.
 *
 * Requests are sent as they are: the official client's typed calls pass objects through its models, which drop the
 * fields of a definition's schema that are spelled with dashes.
 *
 * @param context @default the kubeconfig's current context
 */
export async function connect(kubeconfig: string, context?: string): Promise<Api> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  return connectWith(config);
}

/** {@link connect} with a kubeconfig that has been read. */
export async function connectWith(config: KubeConfig): Promise<Api> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`the context ${config.getCurrentContext()} names no cluster`);
  const credentials: RequestOptions = {};
  await config.applyToHTTPSOptions(credentials);
  const root = server.replace(/\/$/, '');
  let hasAnswered = false;
  return {
    server,
    send: async (method, path, options = {}) => {
      const once = () => send(`${root}${path}`, method, options, credentials);
      // What creates is not sent twice: it may have been done.
      const answer = await whenReady(hasAnswered && method !== 'POST' ? () => whileAway(once) : once);
      hasAnswered = true;
      return answer;
    },
  };
}

/** What a connection ends with that the server did not end in order. */
const away: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** Sends a request again while a server that has answered before is away, as while it is upgraded. */
async function whileAway(request: () => Promise<Answer>): Promise<Answer> {
  let last: unknown;
  const ask = () =>
    request().catch((error: NodeJS.ErrnoException) => {
      if (!away.has(error.code)) throw error;
      last = error;
      return undefined;
    });
  const answer = await waitFor(ask, { seconds: 30 });
  if (answer === undefined) throw last;
  return answer;
}

/** Sends a request again while the server says that it is busy, or still sets up a kind: it has done nothing then. */
function whenReady(request: () => Promise<Answer>): Promise<Answer> {
  return until(request, ({ status }) => status !== 429, 30);
}

/** The first answer that counts; where none does in time, the last. */
async function until(
  request: () => Promise<Answer>,
  counts: (answer: Answer) => boolean,
  seconds: number,
): Promise<Answer> {
  let last: Answer | undefined;
  const ask = async () => {
    last = await request();
    return counts(last) ? last : undefined;
  };
  return (await waitFor(ask, { seconds, period: 1000 })) ?? (last as Answer);
}

/**
 * Creates an object or changes it to what is given, as this project's part of it (server-side apply).
 *
 * Sending it twice does no harm, so a server that is too busy to answer in its own time is asked again.
 *
 * @param path the collection's path, such as /api/v1/nodes
 * @throws Refused with the server's answer where it refuses
 */
export async function apply(api: Api, path: string, object: ApiObject): Promise<void> {
  const send = () =>
    api.send('PATCH', `${path}/${object.metadata.name}?fieldManager=${fieldManager}&force=true`, {
      body: object,
      contentType: 'application/apply-patch+yaml',
      accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
    });
  const answer = await until(send, ({ status }) => status < 500, 60);
  if (answer.status >= 300) throw new Refused(`${object.kind} ${object.metadata.name}`, answer);
}

/** Reads an object or a list; undefined where there is none. */
export async function get<T>(api: Api, path: string, accept = 'application/json'): Promise<T | undefined> {
  const answer = await api.send('GET', path, { accept });
  if (answer.status === 404) return undefined;
  if (answer.status >= 300) throw new Refused(`GET ${path}`, answer);
  return JSON.parse(answer.body) as T;
}

/**
 * Creates an object.
 *
 * @param path the collection's path, such as /api/v1/namespaces
 * @throws Refused with the server's answer where it refuses
 */
export async function create<T = unknown>(api: Api, path: string, object: object): Promise<T> {
  const answer = await api.send('POST', `${path}?fieldManager=${fieldManager}`, { body: object });
  if (answer.status >= 300) throw new Refused(`POST ${path}`, answer);
  return JSON.parse(answer.body) as T;
}

/**
 * Removes an object and what belongs to it; one that is gone already is no error.
 *
 * @throws Refused with the server's answer where it refuses
 */
export async function remove(api: Api, path: string): Promise<void> {
  const answer = await api.send('DELETE', path, { body: { propagationPolicy: 'Background' } });
  if (answer.status < 300 || answer.status === 404) return;
  throw new Refused(`DELETE ${path}`, answer);
}

/** Thrown where the API server refuses a request. */
export class Refused extends Failure {
  override readonly name = 'Refused';

  constructor(request: string, { status, body }: Answer) {
    super(
      `${request} was refused (${status}): ${reasonOf(body)}`,
      status === 401 || status === 403
        ? 'ask for the right, or use credentials that have it; `kubectl auth can-i` says what yours may do'
        : 'see what the API server says, and run the command again',
    );
  }
}

/** What the API server says is wrong, out of the body of its answer. */
export function reasonOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 300);
  }
}

function send(url: string, method: string, options: SendOptions, base: RequestOptions): Promise<Answer> {
  const text = options.body === undefined ? undefined : JSON.stringify(options.body);
  const headers = {
    ...(base.headers as Record<string, string> | undefined),
    accept: options.accept ?? 'application/json',
    ...(text === undefined
      ? {}
      : { 'content-type': options.contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  const timeout = (options.timeoutSeconds ?? 120) * 1000;
  return new Promise((resolve, reject) => {
    const request = url.startsWith('http:') ? plainRequest : secureRequest;
    const call = request(url, { ...base, method, headers, timeout }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('error', reject);
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    call.once('timeout', () => call.destroy(new Error(`${url} did not answer within ${timeout / 1000} s`)));
    call.once('error', reject);
    call.end(text);
  });
}
