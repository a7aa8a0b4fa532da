import { createHash } from 'node:crypto';
import { Failure, messageOf } from '../base/failure';
import { challengeOf } from './challenge';
import type { Credentials } from './docker-config';
import { apiHost, type ImageReference, isLoopback } from './reference';
import { requestWithRetries, type Sender } from './request';

/** How a registry is reached. */
export interface RegistryOptions extends Sender {
  readonly credentials: (registry: string) => Promise<Credentials | undefined>;
  /** Registries that are asked by plain HTTP. Those on this machine are, where they speak no TLS. */
  readonly plainHttp?: readonly string[] | undefined;
}

/** What a tag points at. */
export interface ResolvedTag {
  readonly digest: string;
  /** An index names one image for each platform. */
  readonly kind: 'index' | 'single image';
}

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const imageTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const accept = [...indexTypes, ...imageTypes].join(', ');
const digestHeader = 'docker-content-digest';

/**
 * What a tag points at now, by the registry's HTTP API: its index where it has one, because that serves every platform.
 * The content behind a digest is read and its hash compared.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
 * @throws Failure when there is no such image, it may not be read, nobody answers, or the registry contradicts itself
 */
export async function resolveTag(reference: ImageReference, options: RegistryOptions): Promise<ResolvedTag> {
  const session = await openSession(reference, options);
  const head = await session('HEAD', reference.tag);
  const told = head.headers.get(digestHeader);
  const answer = await session('GET', told && isDigest(told) ? told : reference.tag);
  const body = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const claimed = told ?? answer.headers.get(digestHeader);
  if (claimed !== null && claimed !== digest) {
    throw new Failure(
      `${nameOf(reference)}: the registry says ${claimed}, and what it sends has ${digest}`,
      'do not use this image; see whether a proxy or mirror changes what it passes on',
    );
  }
  const type = answer.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
  return { digest, kind: indexTypes.includes(type) ? 'index' : 'single image' };
}

type Session = (method: 'HEAD' | 'GET', which: string) => Promise<Response>;

async function openSession(reference: ImageReference, options: RegistryOptions): Promise<Session> {
  const root = await rootOf(reference.registry, options);
  let authorization: string | undefined;
  return async (method, which) => {
    const url = `${root}/v2/${reference.repository}/manifests/${which}`;
    const ask = () =>
      requestWithRetries(options, url, { method, headers: { accept, ...(authorization ? { authorization } : {}) } });
    let answer = await ask();
    if (answer.status === 401 && authorization === undefined) {
      authorization = await authorizationFor(answer, reference, options);
      if (authorization !== undefined) answer = await ask();
    }
    if (answer.ok) return answer;
    throw refusal(answer.status, reference);
  };
}

/** A registry on this machine may speak TLS or not; which, it shows. */
async function rootOf(registry: string, options: RegistryOptions): Promise<string> {
  const host = apiHost(registry);
  if (options.plainHttp?.includes(registry)) return `http://${host}`;
  if (!isLoopback(registry)) return `https://${host}`;
  const { signal } = options;
  const speaksTls = await options.fetch(`https://${host}/v2/`, signal ? { signal } : {}).then(
    () => true,
    (error: Error) => !/ERR_SSL_(WRONG_VERSION|PACKET_LENGTH)|EPROTO|wrong version/i.test(wordsOf(error)),
  );
  return speaksTls ? `https://${host}` : `http://${host}`;
}

function wordsOf(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return `${cause?.code ?? ''} ${messageOf(cause ?? error)}`;
}

async function authorizationFor(
  answer: Response,
  reference: ImageReference,
  options: RegistryOptions,
): Promise<string | undefined> {
  const challenge = challengeOf(answer.headers.get('www-authenticate'));
  const credentials = await options.credentials(reference.registry);
  const basic = credentials && `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  if (challenge === undefined || challenge.scheme === 'basic') return basic;
  const url = new URL(challenge.realm);
  if (url.protocol !== 'https:' && !isLoopback(url.host) && !options.plainHttp?.includes(url.host)) {
    throw new Failure(
      `${nameOf(reference)}: the registry sends clients to ${url.origin} for a token, without TLS`,
      'name that host by --plain-http if credentials may cross this network in plain text',
    );
  }
  if (challenge.service) url.searchParams.set('service', challenge.service);
  url.searchParams.set('scope', challenge.scope ?? `repository:${reference.repository}:pull`);
  const given = await requestWithRetries(options, url.href, { headers: basic ? { authorization: basic } : {} });
  if (!given.ok) throw refusal(given.status, reference);
  const { token, access_token: other } = (await given.json()) as { token?: string; access_token?: string };
  return token || other ? `Bearer ${token ?? other}` : undefined;
}

function refusal(status: number, reference: ImageReference): Failure {
  const name = nameOf(reference);
  if (status === 404) {
    return new Failure(`${name}: the registry has no such image or tag`, 'correct the image in the stack file');
  }
  if (status === 401 || status === 403) {
    const remedy = `log in with \`docker login ${reference.registry}\`, or check the name: some registries refuse what does not exist`;
    return new Failure(`${name}: the registry does not let you read it (${status})`, remedy);
  }
  return new Failure(`${name}: the registry answered ${status}`, 'try again later');
}

function nameOf({ registry, repository, tag }: ImageReference): string {
  return `${registry}/${repository}:${tag}`;
}

function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
