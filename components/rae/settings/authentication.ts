import { z } from 'zod';
import { text } from '../../../config/fields';
import { openAuthentication } from '../../kit/settings/authentication';
import { clientKeys } from '../../kit/settings/client-keys';

/** Tenants are known by their UUIDs; anything else the application answers with status 400. */
const tenant = text(
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  'the UUID of a tenant in lower case, such as the one that `uuidgen` prints',
);

/** What stands in front of the API, which asks nobody for anything itself. */
export const authentication = z.discriminatedUnion(
  'mode',
  [
    openAuthentication,
    clientKeys({
      secretName: 'rae-clients',
      secret: ['rae', 'clients'],
      own: {
        tenant: tenant.describe('Tenant whose memories this client has; whatever it says itself is not passed on.'),
      },
    }).extend({
      verifyAs: text(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'the name of a client', 63)
        .optional()
        .describe(
          'Client as which `fleet verify` stores, finds and deletes a memory; it has a tenant of its own. Default: none, nothing is stored.',
        ),
      paths: z
        .array(text(/^(\/[a-z0-9][a-z0-9-]*)+$/, 'a path such as /v2/memories, without "/" at its end'))
        .min(1, { error: 'at least one path: else nothing is passed on' })
        .default(['/v2/agent', '/v2/feedback', '/v2/memories'])
        .describe(
          'Paths that clients may ask, with all that is below them. Those of the default know the tenant from the proxy; others, such as /v2/graph, /v2/search and /v2/reflections, take any tenant that a client names in its request.',
        ),
    }),
  ],
  { error: 'a map with mode "none" or "clients"' },
);
