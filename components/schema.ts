import { z } from 'zod';
import { clusterSchema } from '../config/cluster';
import type { Demand } from '../config/constraint';
import { encryptedValue } from '../config/fields';
import { contextEngineSchema } from './context-engine/settings';
import { contextEngineDemands, contextEngineSecretKeys } from './context-engine/settings/constraints';
import { memoryMcpDemands, memoryMcpSecretKeys } from './memory-mcp/constraints';
import { memoryMcpSchema } from './memory-mcp/settings';

/** Everything a stack file may say below the project's own prefix: cluster facts, and one key for each system that is wanted. */
const keys = z.strictObject({
  cluster: clusterSchema.describe('Facts about the cluster.'),
  memoryMcp: memoryMcpSchema
    .optional()
    .describe('memory-mcp: git-backed memories with hybrid search. Absent = not installed.'),
  memoryMcpToken: encryptedValue
    .optional()
    .describe('GitHub token of memory-mcp, encrypted; read where memoryMcp.token.source is "config".'),
  memoryMcpBearer: encryptedValue
    .optional()
    .describe('Bearer token of memory-mcp, encrypted; read where its authentication takes it from "config".'),
  contextEngine: contextEngineSchema
    .optional()
    .describe('Context Engine: search in code and memories on Qdrant. Absent = not installed.'),
  contextEngineBearer: encryptedValue
    .optional()
    .describe('Bearer token of Context Engine, encrypted; read where its authentication takes it from "config".'),
  contextEngineQdrantKey: encryptedValue
    .optional()
    .describe('API key of Qdrant, encrypted; read where contextEngine.qdrant.apiKey takes it from "config".'),
});

/** Top-level keys that hold a secret. Their values are never part of a message, a plan or a rendered file. */
export const secretKeys: ReadonlySet<string> = new Set([...memoryMcpSecretKeys, ...contextEngineSecretKeys]);

function demands(config: z.output<typeof keys>): Demand[] {
  const { cluster, contextEngine, memoryMcp } = config;
  return [
    ...(memoryMcp ? memoryMcpDemands(memoryMcp, cluster, config) : idle(memoryMcpSecretKeys, 'memoryMcp', config)),
    ...(contextEngine
      ? contextEngineDemands(contextEngine, cluster, config)
      : idle(contextEngineSecretKeys, 'contextEngine', config)),
  ];
}

/** Secrets of a system that the stack does not have. */
function idle(secrets: readonly string[], system: string, config: Readonly<Record<string, unknown>>): Demand[] {
  return secrets.map((key) => ({
    path: [key],
    expected: `no value, or ${system} set: nothing reads it`,
    holds: config[key] === undefined,
  }));
}

export const configSchema = keys.superRefine((config, context) => {
  for (const { path, expected, holds } of demands(config)) {
    if (!holds) context.addIssue({ code: 'custom', path, message: expected });
  }
});

export type Config = z.output<typeof configSchema>;
