/** An image by its parts. */
export interface ImageReference {
  /** Registry as the name says it, such as `quay.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest?: string | undefined;
}

const dockerHub = 'docker.io';

/**
 * The parts of an image name. A first part without a dot, a port or the name `localhost` is no registry but a folder of
 * Docker Hub; its single names lie in `library`.
 */
export function referenceOf(image: string): ImageReference {
  const [named = '', digest] = image.split('@');
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost';
  const rest = isHost ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  const registry = isHost ? first : dockerHub;
  return {
    registry,
    repository: registry === dockerHub && !path.includes('/') ? `library/${path}` : path,
    tag: colon < 0 ? 'latest' : rest.slice(colon + 1),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The image with another digest, otherwise as it is written. */
export function withDigest(image: string, digest: string): string {
  return `${image.split('@')[0]}@${digest}`;
}

/** Host that answers for a registry. Docker Hub's name is not the name of its server. */
export function apiHost(registry: string): string {
  return registry === dockerHub ? 'registry-1.docker.io' : registry;
}

/** Names under which a client may have kept the credentials of a registry. */
export function credentialNames(registry: string): readonly string[] {
  if (registry === dockerHub) return ['https://index.docker.io/v1/', 'index.docker.io', dockerHub];
  return [
    registry,
    `https://${registry}`,
    `https://${registry}/`,
    `https://${registry}/v2/`,
    `https://${registry}/v1/`,
  ];
}

/** Whether a registry is on this machine, where nobody can listen in on plain HTTP. */
export function isLoopback(registry: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry);
}
