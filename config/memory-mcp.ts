import { z } from 'zod';
import {
  byteQuantity,
  dataKey,
  dnsLabel,
  gitBranch,
  hostname,
  httpsUrl,
  image,
  integer,
  objectName,
  reason,
  resources,
} from './fields';

const day = 86_400;

/** Settings of memory-mcp. `{}` is a complete configuration. */
export const memoryMcpSchema = z
  .strictObject({
    namespace: dnsLabel
      .default('memory-mcp')
      .describe('Namespace of the server, created and protected by this program.'),
    image: image
      .default('ghcr.io/butterflyskies/memory-mcp:0.17.1')
      .describe('Image of the server, 0.17.1 or newer: earlier ones serve an empty index after a fresh pull.'),
    imageUnpinnedReason: reason
      .optional()
      .describe('Why the image carries no digest on a production stack; shown at every preview.'),
    hostname: hostname
      .optional()
      .describe('Host name under which users reach the server through the Gateway. Default: no route.'),
    path: z
      .enum(['/', '/mcp'], { error: '"/" (everything, health included) or "/mcp" (the protocol only)' })
      .default('/')
      .describe('Path prefix that the route forwards.'),
    volume: z
      .strictObject({
        size: byteQuantity.default('1Gi').describe('Size of the volume; it can grow, never shrink.'),
        storageClass: objectName.optional().describe('StorageClass of the volume. Default: cluster.storageClass.'),
      })
      .prefault({})
      .describe('The volume with the git repository of the memories.'),
    git: z
      .strictObject({
        remoteUrl: httpsUrl
          .optional()
          .describe('Remote repository that `sync` pushes to; https only. Default: none, nothing leaves the volume.'),
        branch: gitBranch
          .default('main')
          .describe('Branch of the remote. A repository made by the server itself starts on main.'),
        requireRemoteSync: z
          .boolean()
          .default(false)
          .describe('Pull at start, so that a lost volume refills itself; /readyz then reports the sync.'),
      })
      .prefault({})
      .describe('The git remote, which is the backup.'),
    token: z
      .strictObject({
        secretName: objectName.default('memory-mcp-github-token').describe('Secret with the GitHub token.'),
        secretKey: dataKey.default('token').describe('Key of the token in that Secret.'),
      })
      .prefault({})
      .describe('The GitHub token. The server starts without it and works without its remote until it is there.'),
    server: z
      .strictObject({
        maxSessions: integer(1, 100_000)
          .optional()
          .describe('Sessions kept; the oldest goes first. Server default: 100.'),
        sessionRateLimit: integer(0, 100_000)
          .optional()
          .describe('New sessions per window, 0 = off. Server default: 10.'),
        sessionRateWindowSeconds: integer(0, day)
          .optional()
          .describe('Window of the session rate limit, in seconds, 0 = off. Server default: 60.'),
        idleTimeoutSeconds: integer(0, 30 * day)
          .optional()
          .describe('Idle time after which a session ends, in seconds, 0 = never. Server default: 14400.'),
        maxSessionLifetimeSeconds: integer(0, 365 * day)
          .optional()
          .describe('Longest life of a session, in seconds, 0 = unlimited. Server default: 0.'),
        embedTimeoutSeconds: integer(1, 3600)
          .optional()
          .describe('Time for one batch of embeddings, in seconds. Server default: 30.'),
        embedQueueSize: integer(1, 100_000)
          .optional()
          .describe('Embedding requests that may wait. Server default: 64.'),
        healthStaleSeconds: integer(0, 30 * day)
          .optional()
          .describe('Age at which a health result counts as stale, in seconds, 0 = never. Server default: 0.'),
        recallLogBusyTimeoutSeconds: integer(0, 3600)
          .optional()
          .describe("Wait for the recall log's lock, in seconds. Server default: 5."),
        logFilter: z
          .string()
          .min(1, { error: 'a RUST_LOG filter, such as memory_mcp=debug,warn' })
          .optional()
          .describe('RUST_LOG filter. Server default: memory_mcp=info,warn.'),
        allowedHosts: z
          .array(hostname)
          .default([])
          .describe('Further Host names to accept; the route and the in-cluster names are known already.'),
      })
      .prefault({})
      .describe("Options of the server itself; what is left out keeps the server's default."),
    startupBudgetSeconds: integer(60, 7200)
      .default(600)
      .describe('Time for the first pull and a full re-index before a start counts as failed, in seconds.'),
    resources: resources({ cpu: '250m', memory: '512Mi', cpuLimit: '1', memoryLimit: '1Gi' }).describe(
      'Resources of the server.',
    ),
  })
  .superRefine((settings, context) => {
    if (settings.git.requireRemoteSync && !settings.git.remoteUrl) {
      context.addIssue({
        code: 'custom',
        path: ['git', 'requireRemoteSync'],
        message: 'false, or git.remoteUrl set: the server exits when it must sync and has no remote',
      });
    }
  });

export type MemoryMcpSettings = z.output<typeof memoryMcpSchema>;
export type MemoryMcpSettingsInput = z.input<typeof memoryMcpSchema>;
