import { z } from 'zod';
import { encryptedValue } from '../../config/fields';
import { random } from '../../config/random';

/** Encrypted values of memory-mcp, below `secrets.memoryMcp` of a stack file. */
export const memoryMcpSecrets = z
  .strictObject({
    token: encryptedValue
      .optional()
      .describe('GitHub token, encrypted; read where memoryMcp.token.source is "config".'),
    bearer: random(
      encryptedValue
        .optional()
        .describe('Bearer token of the proxy, encrypted; read where memoryMcp.authentication takes it from "config".'),
    ),
    backupPassword: random(
      encryptedValue
        .optional()
        .describe(
          'Password of the backups of the volume, encrypted; read where memoryMcp.backup.volume.password takes it from "config".',
        ),
    ),
  })
  .prefault({})
  .describe('Encrypted values of memory-mcp.');

export type MemoryMcpSecrets = z.output<typeof memoryMcpSecrets>;
