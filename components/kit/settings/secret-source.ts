import { z } from 'zod';
import { dataKey, integer, objectName, text } from '../../../config/fields';

/** Where a Secret comes from, besides ways that only one system has. */
const reference = (secretName: string, secretKey: string) => ({
  secretName: objectName.default(secretName).describe('Name of the Secret.'),
  secretKey: dataKey.default(secretKey).describe('Key of the value in the Secret.'),
  secretRevision: integer(0, 1_000_000)
    .default(0)
    .describe('Counter to raise after the value has changed, so that the pods read it again.'),
});

/** A Secret that somebody else made. */
export const existingSecret = (secretName: string, secretKey: string) =>
  z.strictObject({
    source: z.literal('existing').describe('The Secret is made by somebody else.'),
    ...reference(secretName, secretKey),
  });

/** A Secret from the encrypted configuration of the stack. */
export const configSecret = (secretName: string, secretKey: string, configKey: string) =>
  z.strictObject({
    source: z.literal('config').describe(`The value is the encrypted key ${configKey} of the stack file.`),
    ...reference(secretName, secretKey),
  });

/** A Secret that the External Secrets operator keeps. */
export const externalSecret = (secretName: string, secretKey: string) =>
  z.strictObject({
    source: z.literal('externalSecret').describe('The External Secrets operator makes the Secret.'),
    ...reference(secretName, secretKey),
    remoteKey: text(/\S/, 'the key of the value in the secret store').describe('Key of the value in the store.'),
    remoteProperty: text(/\S/, 'a property of that key')
      .optional()
      .describe('Property of that key, where it has several.'),
  });
