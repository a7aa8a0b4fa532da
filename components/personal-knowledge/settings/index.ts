import { z } from 'zod';
import { dnsLabel, image, publicHostname, text } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';
import { authentication } from '../../kit/settings/authentication';
import { backup } from '../../kit/settings/backup';
import { clients } from '../../kit/settings/clients';
import { gatewayExposure, ingressExposure, noExposure } from '../../kit/settings/exposure';
import { builtImageKeys, imageUnpinnedReason, pods } from '../../kit/settings/pods';
import { ownNamespaceLimits } from '../../kit/settings/quota';
import { snapshots } from '../../kit/settings/snapshots';
import { embedding } from './embedding';
import { secrets } from './secrets';
import { server } from './server';
import { presets } from './sizes';
import { chroma, graph, postgres } from './stores';

/** What the server calls itself; it knows no other names. */
export const tiers = ['private', 'work', 'public'] as const;

const hostname = publicHostname.describe('Host name under which users reach the server.');

const exposure = z
  .discriminatedUnion(
    'kind',
    [noExposure, ingressExposure({ hostname }, 'pk-mcp-tls'), gatewayExposure({ hostname }, 'pk-mcp-tls')],
    {
      error: 'a map with kind "none", "ingress" or "gateway"',
    },
  )
  .prefault({ kind: 'none' })
  .describe('How the server is reached from outside the cluster.');

const instance = z.strictObject({
  namespace: perCluster(
    z
      .strictObject({
        name: dnsLabel.optional().describe('Namespace of its own. Default: pk-mcp- and the name of the instance.'),
      })
      .prefault({})
      .describe('Where the instance lives, alone.'),
  ),
  image: promoted(
    image.describe('Image of the server, built from images/personal-knowledge; upstream publishes none.'),
  ),
  ...builtImageKeys,
  imageUnpinnedReason: perCluster(imageUnpinnedReason),
  preset: perCluster(
    z
      .enum(presets, { error: '"dev", "small", "medium" or "large"' })
      .optional()
      .describe(
        'Resources and volumes where no key says otherwise: for trying out, fewer than 10 repositories, up to 50, more. Default: small, with larger volumes for instances named private, work or public.',
      ),
  ),
  tier: promoted(
    z
      .enum(tiers, { error: '"private", "work" or "public"' })
      .optional()
      .describe(
        'What the server takes itself for: as "public" it indexes no folder of its pod. Default: the name of the instance where it is one of these, else private.',
      ),
  ),
  secrets: perCluster(secrets),
  server: promoted(server),
  embedding: promoted(embedding),
  chroma,
  postgres,
  graph,
  exposure: perCluster(exposure),
  authentication: perCluster(
    authentication(
      'pk-mcp',
      ['personalKnowledge', 'NAME', 'bearer'],
      '60 requests a minute by address, 120 of an instance of the tier public',
    )
      .optional()
      .describe('Who may use the server, which has no authentication itself. A production stack must choose.'),
  ),
  clients: perCluster(clients),
  ...ownNamespaceLimits,
  backup: promoted(
    backup(
      {
        system: 'pk-mcp',
        secret: ['personalKnowledge', 'NAME', 'backupPassword'],
        schedule: '23 2 * * *',
        size: '50Gi',
      },
      {
        toolsImage: image
          .default('docker.io/library/python:3.13.5-alpine')
          .describe('Image with Python 3.9 or newer and a POSIX shell, which copies Chroma and the volume.'),
      },
    )
      .prefault({})
      .describe('The scheduled backup of vectors, graph, database and repositories, as one set.'),
  ),
  snapshots: promoted(
    snapshots({ schedule: '53 3 * * *' }).describe(
      'Snapshots of the same volumes by their storage, besides; the quota has to have room for their pod too. Default: none.',
    ),
  ),
});

/** Settings of Personal Knowledge MCP: any number of instances, which share nothing. */
export const personalKnowledgeSchema = z.strictObject({
  pods: perCluster(pods),
  instances: perCluster(
    z
      .record(
        // The longest names that are made of it are those of CronJobs and of their Pods.
        text(
          /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/,
          'a name of lower-case letters, digits and "-", at most 40 characters',
        ),
        instance,
      )
      .refine((all) => Object.keys(all).length > 0, { error: 'at least one instance' })
      .describe('Instances by their names, such as private, work and public, each in a namespace of its own.'),
  ),
});

export type PersonalKnowledgeSettings = z.output<typeof personalKnowledgeSchema>;
export type PersonalKnowledgeSettingsInput = z.input<typeof personalKnowledgeSchema>;
export type InstanceSettings = z.output<typeof instance>;
