import { z } from 'zod';
import { encryptedValue } from '../../../config/fields';

/** Encrypted values of Context Engine, below `secrets.contextEngine` of a stack file. */
export const contextEngineSecrets = z
  .strictObject({
    backupPassword: encryptedValue
      .optional()
      .describe('Password of the backups, encrypted; read where contextEngine.backup.password takes it from "config".'),
    bearer: encryptedValue
      .optional()
      .describe(
        'Bearer token of the proxies, encrypted; read where contextEngine.authentication takes it from "config".',
      ),
    qdrantKey: encryptedValue
      .optional()
      .describe('API key of Qdrant, encrypted; read where contextEngine.qdrant.apiKey takes it from "config".'),
  })
  .prefault({})
  .describe('Encrypted values of Context Engine.');

export type ContextEngineSecrets = z.output<typeof contextEngineSecrets>;
