import { z } from 'zod';
import { clusterSchema } from './cluster';
import { memoryMcpSchema } from './memory-mcp';

/** Everything a stack file may say below the project's own prefix: cluster facts, and one key for each system that is wanted. */
export const configSchema = z
  .strictObject({
    cluster: clusterSchema.describe('Facts about the cluster.'),
    memoryMcp: memoryMcpSchema
      .optional()
      .describe('memory-mcp: git-backed memories with hybrid search. Absent = not installed.'),
  })
  .superRefine((config, context) => {
    if (config.memoryMcp?.hostname && !config.cluster.gateway) {
      context.addIssue({
        code: 'custom',
        path: ['memoryMcp', 'hostname'],
        message: 'no host name, or cluster.gateway set: a route needs a Gateway to attach to',
      });
    }
  });

export type Config = z.output<typeof configSchema>;
