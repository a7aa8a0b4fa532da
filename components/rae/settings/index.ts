import { z } from 'zod';
import { dnsLabel, image, integer, publicHostname } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';
import { backup } from '../../kit/settings/backup';
import { clients } from '../../kit/settings/clients';
import { collectorEndpoint } from '../../kit/settings/collector';
import { gatewayExposure, ingressExposure, noExposure } from '../../kit/settings/exposure';
import { builtImageKeys, imageUnpinnedReason, pods } from '../../kit/settings/pods';
import { ownNamespaceLimits } from '../../kit/settings/quota';
import { system } from '../names';
import { versions } from '../written-series';
import { authentication } from './authentication';
import { cost, memory } from './memory';
import { models } from './models';
import { secrets } from './secrets';
import { api, beat, dashboard, ml, reranker, worker } from './servers';
import { presets } from './sizes';
import { postgres, qdrant, redis } from './stores';

const hostname = publicHostname.describe('Host name under which users reach the API.');

const exposure = z
  .discriminatedUnion(
    'kind',
    [noExposure, ingressExposure({ hostname }, 'rae-tls'), gatewayExposure({ hostname }, 'rae-tls')],
    { error: 'a map with kind "none", "ingress" or "gateway"' },
  )
  .prefault({ kind: 'none' })
  .describe('How the API is reached from outside the cluster.');

export const raeSchema = z.strictObject({
  pods: perCluster(pods),
  namespace: perCluster(
    z
      .strictObject({ name: dnsLabel.default(system).describe('Namespace of its own.') })
      .prefault({})
      .describe('Where the system lives, alone.'),
  ),
  image: promoted(
    image.describe(
      'Image of API, ML service, reranker, workers and beat, built from images/rae; no image of upstream starts as it is.',
    ),
  ),
  version: promoted(
    z
      .enum(versions, { error: `one of ${versions.map((version) => `"${version}"`).join(', ')}` })
      .default('3243807c')
      .describe(
        'Commit of upstream that the image is made of: what it writes of itself is what alerts and panels may ask for.',
      ),
  ),
  ...builtImageKeys,
  imageUnpinnedReason: promoted(imageUnpinnedReason),
  preset: perCluster(
    z
      .enum(presets, { error: '"dev", "production" or "large"' })
      .default('production')
      .describe(
        'Replicas, resources and volumes where no key says otherwise: for trying out, as upstream has it, for much use.',
      ),
  ),
  secrets: perCluster(secrets),
  waitSeconds: promoted(
    integer(10, 3600)
      .default(300)
      .describe('Time that each start waits for all stores and the schema together before it fails, in seconds.'),
  ),
  migrationSeconds: promoted(
    integer(60, 86_400)
      .default(1800)
      .describe(
        'Time that the migration of a version may take once PostgreSQL is there, in seconds. One that takes longer is ended, and has changed nothing.',
      ),
  ),
  api: promoted(api),
  ml: promoted(ml),
  reranker: promoted(reranker),
  worker: promoted(worker),
  beat: promoted(beat),
  dashboard: perCluster(dashboard),
  models: promoted(models),
  memory: promoted(memory),
  cost: promoted(cost),
  postgres: perCluster(postgres),
  redis: perCluster(redis),
  qdrant: perCluster(qdrant),
  exposure: perCluster(exposure),
  authentication: perCluster(
    authentication
      .optional()
      .describe('Who may use the API, which has no authentication itself. A production stack must choose.'),
  ),
  otlp: perCluster(
    z
      .strictObject({ endpoint: collectorEndpoint })
      .optional()
      .describe('Where the API sends the traces of its requests. Default: nowhere, and none are made.'),
  ),
  clients: perCluster(clients),
  ...ownNamespaceLimits,
  backup: promoted(
    backup(
      {
        system: 'rae',
        secret: ['rae', 'backupPassword'],
        schedule: '0 2 * * *',
        size: '100Gi',
        keep: 30,
      },
      {
        toolsImage: image
          .default('docker.io/library/python:3.13.5-alpine')
          .describe('Image with Python 3.9 or newer and a POSIX shell, which copies Qdrant.'),
      },
    )
      .prefault({})
      .describe(
        'The scheduled backup of Redis, PostgreSQL and Qdrant, as one set. The 30 newest are kept unless it is said otherwise.',
      ),
  ),
});

export type RaeSettings = z.output<typeof raeSchema>;
export type RaeSettingsInput = z.input<typeof raeSchema>;
