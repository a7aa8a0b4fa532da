import { z } from 'zod';
import { dnsLabel } from '../../../config/fields';

/** Where a system lives. */
export const namespace = (name: string) =>
  z
    .strictObject({
      name: dnsLabel.default(name).describe('Namespace of the server.'),
      shared: z
        .boolean()
        .default(false)
        .describe('Whether others live there too. A shared namespace is never created, changed or deleted.'),
    })
    .prefault({});
