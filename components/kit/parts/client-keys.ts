import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';

const script = 'client-keys.sh';
const content = readFileSync(join(__dirname, script), 'utf8');
/** Where the keys are mounted, and where what is made of them is written. */
const places = { keys: '/run/client-keys', known: '/run/known-clients' } as const;
const files = { limits: 'limits.map', identities: 'identities.map' } as const;

/** A client that has a key of its own. */
export interface KeyedClient {
  readonly name: string;
  /** Entry of the Secret that holds its key. */
  readonly secretKey: string;
  /** Requests within a minute. */
  readonly requestsPerMinute: number;
  /** What the server is told of who asks. @default nothing */
  readonly identity?: string;
}

/** What clients show where each has a key of its own. */
export interface ShownKeys {
  readonly secret: string;
  readonly clients: readonly KeyedClient[];
  /** Header by which clients may show the key, besides the bearer token. */
  readonly header: string;
  /** Header that tells the server who asks; of the clients themselves it is never passed on. @default it is told nothing */
  readonly identityHeader?: string;
}

/**
 * What a proxy is given to know clients by. Keys are in no file of it and in no environment, only their digests are. They
 * are mounted and optional: a client whose key is not there yet is not let in, and is as soon as it is.
 */
export function keysOf({ clients, header, identityHeader, secret }: ShownKeys) {
  const lines = (of: (client: KeyedClient) => string | number | undefined) =>
    clients.flatMap((client) => (of(client) === undefined ? [] : [`${client.name} ${of(client)}\n`])).join('');
  const mounts: IVolumeMount[] = [
    { name: 'client-keys', mountPath: places.keys, readOnly: true },
    { name: 'known-clients', mountPath: places.known },
  ];
  const items = clients.map(({ name, secretKey }) => ({ key: secretKey, path: name }));
  const volumes: IVolume[] = [
    { name: 'client-keys', secret: { secretName: secret, optional: true, defaultMode: 0o440, items } },
    { name: 'known-clients', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
  ];
  return {
    command: (folder: string) => ['/bin/sh', `${folder}/${script}`],
    files: {
      [script]: content,
      [files.limits]: lines(({ requestsPerMinute }) => requestsPerMinute),
      ...(identityHeader ? { [files.identities]: lines(({ identity }) => identity) } : {}),
    },
    mounts,
    variables: (folder: string): IEnvVar[] => [
      { name: 'KEYS', value: places.keys },
      { name: 'KEYS_SECONDS', value: '10' },
      { name: 'PROXY_KEYS', value: `${places.known}/keys.map` },
      { name: 'PROXY_KEY_HEADER', value: header },
      { name: 'PROXY_LIMITS', value: `${folder}/${files.limits}` },
      ...(identityHeader
        ? [
            { name: 'PROXY_IDENTITY_HEADER', value: identityHeader },
            { name: 'PROXY_IDENTITIES', value: `${folder}/${files.identities}` },
          ]
        : []),
    ],
    volumes,
  };
}
