import { z } from 'zod';
import { image, integer, resources } from '../../../../config/fields';
import { promoted } from '../../../../config/promotion';
import { volume } from '../../settings/volume';

export interface PostgresSettingsArgs {
  /** Image by default; its major version is that of the data for good. */
  readonly image: string;
  /** Size of the volume by default, a quantity in bytes. */
  readonly size: string;
  readonly resources: Parameters<typeof resources>[0];
}

/** Keys of a PostgreSQL that a system brings along. Its password is among the secrets of the system. */
export const postgresKeys = (args: PostgresSettingsArgs) => ({
  image: promoted(
    image
      .default(args.image)
      .describe(
        'Image of PostgreSQL, built like the official one. Another major version needs a backup, a new volume and a restore.',
      ),
  ),
  flavour: promoted(
    z
      .enum(['debian', 'alpine'])
      .optional()
      .describe(
        'What the image is built on: Debian runs as user 999, Alpine as 70. It cannot change later. Default: Alpine where the tag has -alpine in it, else Debian.',
      ),
  ),
  storage: volume(args.size, 'The volume with the database: block storage, for one node at a time.'),
  maxConnections: promoted(integer(10, 10_000).default(100).describe('Connections that are open at the same time.')),
  resources: promoted(
    resources(args.resources).describe(
      'Resources of PostgreSQL. A quarter of the memory limit is for its shared buffers.',
    ),
  ),
});

/** Settings of a PostgreSQL that a system brings along. */
export const postgresSettings = (args: PostgresSettingsArgs) =>
  z.strictObject(postgresKeys(args)).prefault({}).describe('PostgreSQL, the relational database.');
