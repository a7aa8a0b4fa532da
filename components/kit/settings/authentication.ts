import { z } from 'zod';
import { image, integer, objectName, reason, text, webOrigin } from '../../../config/fields';
import { promoted } from '../../../config/promotion';
import type { NamedSecret } from './named-secrets';
import {
  anySource,
  configSecret,
  existingSecret,
  externalSecret,
  type SecretPath,
  sealedSecret,
} from './secret-source';

/** Pages that may use the servers by scripts in a browser, which asks before it lets them. */
export const cors = z
  .strictObject({
    origins: z
      .array(webOrigin)
      .default([])
      .describe('Origins of these pages: scheme, host and port, as browsers name them.'),
  })
  .prefault({})
  .describe('Web pages whose scripts may use the servers, with the token like everybody else. Default: none.');

/** HAProxy 3 on Alpine. */
export const proxyImage = 'docker.io/library/haproxy:3.2.4-alpine';

const clientLimit = (unlimited: string) =>
  z
    .strictObject({
      requestsPerMinute: integer(1, 100_000).describe(
        'Requests of one client within a minute; further ones are answered by 429 until there is room again.',
      ),
      per: z
        .enum(['address', 'token'], { error: '"address" or "token"' })
        .default('address')
        .describe(
          'What one client is: an address, behind an ingress controller or a Gateway the one that it saw; or the token, for all who have it together.',
        ),
    })
    .optional()
    .describe(`How much one client may ask for. Default: ${unlimited}.`);

export type ClientLimit = NonNullable<z.output<ReturnType<typeof clientLimit>>>;

/** Nothing in front. */
export const openAuthentication = z.strictObject({
  mode: z.literal('none').describe('Whoever reaches the server may use it.'),
  reason: reason.describe('Why that is acceptable here; shown at every preview.'),
});

/**
 * What stands in front of servers that have no authentication themselves.
 *
 * @param system name of the system, which its Secrets begin with
 * @param secret where the map of secrets has the bearer token, where the token comes from there
 * @param unlimited how much a client may ask for where nobody says, in words
 */
export const authentication = (system: string, secret: SecretPath, unlimited = 'as much as it likes') => {
  const bearerSecret = [`${system}-bearer`, 'token'] as const;
  return z.discriminatedUnion(
    'mode',
    [
      openAuthentication,
      z.strictObject({
        mode: z.literal('bearer').describe('A proxy beside the server asks for a bearer token.'),
        image: promoted(image.default(proxyImage).describe('Image of the proxy: HAProxy 3 with the user id 99.')),
        secret: z
          .discriminatedUnion(
            'source',
            [
              existingSecret(...bearerSecret),
              configSecret(...bearerSecret, secret),
              externalSecret(...bearerSecret),
              sealedSecret(...bearerSecret),
            ],
            { error: anySource },
          )
          .prefault({ source: 'existing' })
          .describe('Where the bearer token comes from.'),
        cors,
        limit: promoted(clientLimit(unlimited)),
      }),
      z.strictObject({
        mode: z.literal('gateway').describe('The Gateway asks for an API key (Envoy Gateway).'),
        header: text(/^[A-Za-z0-9-]+$/, 'the name of a header')
          .default('x-api-key')
          .describe('Header with the API key.'),
        secretName: objectName
          .default(`${system}-api-keys`)
          .describe('Secret with one entry for each client: its name and its key.'),
        cors,
      }),
    ],
    { error: 'a map with mode "none", "bearer" or "gateway"' },
  );
};

export type AuthenticationSettings = z.output<ReturnType<typeof authentication>>;

/** The Secret with the API keys, where there are some. */
export function apiKeysSecret(
  path: readonly PropertyKey[],
  authentication: AuthenticationSettings | undefined,
): NamedSecret {
  return {
    path: [...path, 'secretName'],
    name: authentication?.mode === 'gateway' ? authentication.secretName : undefined,
  };
}
