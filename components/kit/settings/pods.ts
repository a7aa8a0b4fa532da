import { z } from 'zod';
import { objectName, reason } from '../../../config/fields';

/** Secrets by which images are pulled from a registry that asks for a login. */
export const imagePullSecrets = z
  .array(objectName)
  .default([])
  .describe('Secrets of the namespace that let its pods pull images from private registries.');

/** Why the rule for digests does not hold. */
export const imageUnpinnedReason = reason
  .optional()
  .describe('Why images carry no digest on a production stack; shown at every preview.');
