import { z } from 'zod';
import { clusterSchema } from './cluster';
import { encryptedValue } from './fields';
import { memoryMcpSchema } from './memory-mcp';

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
});

/** Top-level keys that hold a secret. Their values are never part of a message, a plan or a rendered file. */
export const secretKeys: ReadonlySet<string> = new Set(['memoryMcpToken', 'memoryMcpBearer']);

/** A demand that spans several keys: what must hold, else which key to blame and what it should have been. */
type Demand = (config: z.output<typeof keys>) => { path: PropertyKey[]; expected: string; holds: boolean }[];

const demands: Demand = (config) => {
  const { cluster, memoryMcp } = config;
  if (!memoryMcp) {
    return [...secretKeys].map((key) => ({
      path: [key],
      expected: 'no value, or memoryMcp set: nothing reads it',
      holds: config[key as 'memoryMcpToken'] === undefined,
    }));
  }
  const { authentication, hostname, token } = memoryMcp;
  const bearer = authentication?.mode === 'bearer' ? authentication.secret : undefined;
  const external = 'another source, or cluster.externalSecrets set: no operator would make the Secret';
  return [
    {
      path: ['memoryMcp', 'hostname'],
      expected: 'no host name, or cluster.gateway set: a route needs a Gateway to attach to',
      holds: !hostname || cluster.gateway !== undefined,
    },
    {
      path: ['memoryMcp', 'authentication', 'mode'],
      expected: '"bearer" or "none", or a host name on a Gateway whose implementation is "envoy-gateway"',
      holds:
        authentication?.mode !== 'gateway' ||
        (hostname !== undefined && cluster.gateway?.implementation === 'envoy-gateway'),
    },
    {
      path: ['memoryMcp', 'applicationPath'],
      expected: 'no path, or cluster.argocd set: there is no Application to read it',
      holds: memoryMcp.applicationPath === undefined || cluster.argocd !== undefined,
    },
    {
      path: ['memoryMcp', 'token', 'secretKey'],
      expected: '"token", or another token.source: the login writes no other key',
      holds: token.source !== 'bootstrap' || token.secretKey === 'token',
    },
    {
      path: ['memoryMcp', 'token', 'source'],
      expected: external,
      holds: token.source !== 'externalSecret' || cluster.externalSecrets !== undefined,
    },
    {
      path: ['memoryMcp', 'authentication', 'secret', 'source'],
      expected: external,
      holds: bearer?.source !== 'externalSecret' || cluster.externalSecrets !== undefined,
    },
    ...secretKeyDemands('memoryMcpToken', config.memoryMcpToken, token.source, ['memoryMcp', 'token', 'source']),
    ...secretKeyDemands('memoryMcpBearer', config.memoryMcpBearer, bearer?.source, [
      ...['memoryMcp', 'authentication', 'secret', 'source'],
    ]),
  ];
};

function secretKeyDemands(key: string, value: unknown, source: string | undefined, path: PropertyKey[]) {
  return [
    {
      path: [key],
      expected: `no value, or ${path.join('.')} "config": nothing reads it`,
      holds: value === undefined || source === 'config',
    },
    {
      path: [key],
      expected: `an encrypted value: set it by \`pulumi config set --secret memory-fleet:${key}\``,
      holds: value !== undefined || source !== 'config',
    },
  ];
}

export const configSchema = keys.superRefine((config, context) => {
  for (const { path, expected, holds } of demands(config)) {
    if (!holds) context.addIssue({ code: 'custom', path, message: expected });
  }
});

export type Config = z.output<typeof configSchema>;
