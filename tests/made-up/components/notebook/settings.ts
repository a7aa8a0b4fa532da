import { z } from 'zod';
import { byteQuantity, dnsLabel, encryptedValue, hostname, image, resources } from '../../config/fields';
import { perCluster, promoted } from '../../config/promotion';
import { backup } from '../kit/settings/backup';
import { secretSet, secretSetValues } from '../kit/settings/secret-set';
import { snapshots } from '../kit/settings/snapshots';

/** Values of the one Secret of an instance. */
export const entries = {
  modelKey: { about: 'Key of the model', secretKey: 'MODEL_KEY', value: 'given', without: 'no note gets a title' },
  qdrantKey: { about: 'API key of Qdrant', secretKey: 'QDRANT_KEY', value: 'random', without: 'Qdrant does not start' },
} as const;

/** Both are left out unless they are named. */
export const uses = { modelKey: 'optional', qdrantKey: 'optional' } as const;

const instance = z.strictObject({
  image: promoted(image.default('registry.example.org/notebook:1.0.0').describe('Image of the server.')),
  hostname: perCluster(hostname.optional().describe('Host name of its route. Default: no route.')),
  secrets: perCluster(
    secretSet(entries, 'notebook', ['notebook', 'NAME'])
      .prefault({ source: 'existing' })
      .describe('Keys that the server shows to others.'),
  ),
  resources: promoted(
    resources({ cpu: '100m', memory: '128Mi', memoryLimit: '256Mi' }).describe('Resources of the server.'),
  ),
  storage: perCluster(byteQuantity.default('1Gi').describe('Size of the volume with the vectors.')),
  backup: promoted(
    backup({
      system: 'notebook',
      secret: ['notebook', 'NAME', 'backup'],
      schedule: '13 3 * * *',
      size: '2Gi',
    })
      .prefault({})
      .describe('Backups of the vectors.'),
  ),
  snapshots: promoted(snapshots({ schedule: '43 3 * * *' })).describe('Snapshots of the volume.'),
});

/** Notebooks, each on its own. */
export const notebookSchema = z.strictObject({
  instances: z.record(dnsLabel, instance).describe('Notebooks by their names, each in a namespace of its own.'),
});

export const notebookSecrets = z
  .record(
    dnsLabel,
    secretSetValues(entries).extend({
      backup: encryptedValue.optional().describe('Password of the backups, encrypted.'),
    }),
  )
  .prefault({})
  .describe('Encrypted values of the notebooks by their names.');

export type NotebookSettings = z.output<typeof notebookSchema>;
export type InstanceSettings = z.output<typeof instance>;
export type NotebookSecrets = z.output<typeof notebookSecrets>;
