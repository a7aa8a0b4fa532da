import { z } from 'zod';
import { encryptedValue } from '../../../config/fields';
import { random } from '../../../config/random';

/** Encrypted values of Context Engine, below `secrets.contextEngine` of a stack file. */
export const contextEngineSecrets = z
  .strictObject({
    backupPassword: random(
      encryptedValue
        .optional()
        .describe(
          'Password of the backups, encrypted; read where contextEngine.backup.password takes it from "config".',
        ),
    ),
    bearer: random(
      encryptedValue
        .optional()
        .describe(
          'Bearer token of the proxies, encrypted; read where contextEngine.authentication takes it from "config".',
        ),
    ),
    qdrantKey: random(
      encryptedValue
        .optional()
        .describe('API key of Qdrant, encrypted; read where contextEngine.qdrant.apiKey takes it from "config".'),
    ),
  })
  .prefault({})
  .describe('Encrypted values of Context Engine.');

export type ContextEngineSecrets = z.output<typeof contextEngineSecrets>;
