import { z } from 'zod';
import { byteQuantity, objectName } from '../../../config/fields';

/** A volume. @param size default, a quantity in bytes */
export const volume = (size: string, about: string) =>
  z
    .strictObject({
      size: byteQuantity.default(size).describe('Size of the volume; it can grow, never shrink.'),
      storageClass: objectName
        .optional()
        .describe('StorageClass of the volume; it cannot change later. Default: the one of the cluster facts.'),
    })
    .prefault({})
    .describe(about);
