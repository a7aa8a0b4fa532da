import { z } from 'zod';
import {
  cronSchedule,
  gitBranch,
  gitHttpsUrl,
  hostOrAddress,
  image,
  integer,
  publicHostname,
  relativePath,
  resources,
  text,
} from '../../config/fields';
import { perCluster, promoted } from '../../config/promotion';
import { authentication } from '../kit/settings/authentication';
import { unsavedReason, backup as volumeBackup } from '../kit/settings/backup';
import { clients } from '../kit/settings/clients';
import { collectorEndpoint } from '../kit/settings/collector';
import { ingressExposure, loadBalancerExposure, nodePortExposure, noExposure } from '../kit/settings/exposure';
import { namespace } from '../kit/settings/namespace';
import { architectures, imageUnpinnedReason, pods } from '../kit/settings/pods';
import { configSecret, existingSecret, externalSecret, sealedSecret } from '../kit/settings/secret-source';
import { checkTiming } from '../kit/settings/timing';
import { volume } from '../kit/settings/volume';

const day = 86_400;
const tokenSecret = ['memory-mcp-github-token', 'token'] as const;

const scopeName = text(
  /^(?!\.)[\p{Alphabetic}\p{N}_.-]+(\/(?!\.)[\p{Alphabetic}\p{N}_.-]+){0,9}$/u,
  'a scope: one to ten parts of letters, digits, "_", "." and "-", separated by "/"',
  255,
  // It is the name of a folder, in which every other letter takes several bytes, see `scopeFolder`.
  (value) =>
    value.isWellFormed() && encodeURIComponent(value).length > 255
      ? 'a shorter scope: percent-encoded, as the name of its folder, it has at most 255 characters'
      : undefined,
);

const git = z
  .strictObject({
    remoteUrl: gitHttpsUrl
      .optional()
      .describe(
        'Remote repository that `sync` pushes to; https only, a Service of the cluster named with .svc. Default: none, nothing leaves the volume.',
      ),
    branch: gitBranch
      .default('main')
      .describe('Branch of the remote. A repository made by the server itself starts on main.'),
    requireRemoteSync: z
      .boolean()
      .default(false)
      .describe('Pull at start, so that a lost volume refills itself; /readyz then reports the sync.'),
    scopes: z
      .array(
        z.strictObject({
          scope: scopeName.describe('Scope whose memories live in this remote; the longest matching one wins.'),
          url: gitHttpsUrl.describe('Remote repository of the scope; https only.'),
          branch: gitBranch.optional().describe('Branch of the remote. Server default: main.'),
        }),
      )
      .default([])
      .superRefine((list, context) => {
        for (const [index, { scope }] of list.entries()) {
          if (list.findIndex((other) => other.scope === scope) === index) continue;
          context.addIssue({
            code: 'custom',
            path: [index, 'scope'],
            message:
              'a scope that no other entry has: its memories live in one remote, and in one folder of the volume',
          });
        }
      })
      .describe('Remotes of single scopes, beside the common one.'),
  })
  .prefault({});

const token = z
  .discriminatedUnion(
    'source',
    [
      existingSecret(...tokenSecret),
      configSecret(...tokenSecret, ['memoryMcp', 'token']),
      externalSecret(...tokenSecret),
      sealedSecret(...tokenSecret),
      existingSecret(...tokenSecret).extend({
        source: z.literal('bootstrap').describe("The server's own device login writes the Secret, started on demand."),
      }),
    ],
    { error: 'a map with source "existing", "config", "externalSecret", "sealed" or "bootstrap"' },
  )
  .prefault({ source: 'existing' });

const server = z
  .strictObject({
    maxSessions: integer(1, 100_000).optional().describe('Sessions kept; the oldest goes first. Server default: 100.'),
    sessionRateLimit: integer(0, 100_000).optional().describe('New sessions per window, 0 = off. Server default: 10.'),
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
      .default(600)
      .describe('Time for one batch of embeddings, in seconds. A batch of 64 long texts takes minutes on one core.'),
    embedQueueSize: integer(1, 100_000).optional().describe('Embedding requests that may wait. Server default: 64.'),
    healthStaleSeconds: integer(0, 30 * day)
      .optional()
      .describe('Age at which a health result counts as stale, in seconds, 0 = never. Server default: 0.'),
    recallLogBusyTimeoutSeconds: integer(0, 3600)
      .optional()
      .describe("Wait for the recall log's lock, in seconds. Server default: 5."),
    logFilter: text(/\S/, 'a RUST_LOG filter, such as memory_mcp=debug,warn')
      .optional()
      .describe('RUST_LOG filter. Server default: memory_mcp=info,warn.'),
    allowedHosts: perCluster(
      z
        .array(hostOrAddress)
        .default([])
        .describe('Further Host names to accept; the route and the in-cluster names are known already.'),
    ),
    otlp: perCluster(
      z
        .strictObject({
          endpoint: collectorEndpoint,
          required: z.boolean().default(false).describe('Whether the server refuses to start while it is unreachable.'),
        })
        .optional()
        .describe('Export of traces. Only release images have it. Default: none.'),
    ),
  })
  .prefault({});

const backup = z
  .strictObject({
    schedule: cronSchedule.default('17 * * * *').describe('When memories are pushed to the remote, in UTC.'),
    image: image
      .default('docker.io/curlimages/curl:8.16.0')
      .describe('Image of the job: a POSIX shell and curl, with the user id 100.'),
    deadlineSeconds: integer(30, 3600).default(600).describe('Time that one run may take, in seconds.'),
    maxAgeSeconds: integer(300, 30 * day)
      .default(3 * 3600)
      .describe('Age of the last good backup at which the alert goes off, in seconds.'),
    volume: volumeBackup(
      {
        system: 'memory-mcp',
        secret: ['memoryMcp', 'backupPassword'],
        schedule: '37 3 * * *',
        size: '5Gi',
      },
      {
        toolsImage: image
          .default('docker.io/library/python:3.13.5-alpine')
          .describe('Image with Python 3.9 or newer and a POSIX shell, which copies the volume.'),
      },
    )
      .optional()
      .describe('The scheduled backup of the volume, whose recall log is in no git. Default: none.'),
  })
  .superRefine((settings, context) => {
    const paths = { schedule: ['schedule'], deadlineSeconds: ['deadlineSeconds'], maxAgeSeconds: ['maxAgeSeconds'] };
    checkTiming(settings, paths, context);
  })
  .prefault({});

const exposure = z.discriminatedUnion(
  'kind',
  [
    noExposure,
    nodePortExposure('A port of every node that runs the server.', {
      port: integer(1024, 65_535)
        .optional()
        .describe('Port of the nodes, of those that the cluster sets aside. Default: the cluster chooses.'),
    }),
    loadBalancerExposure('An address of its own, see cluster.loadBalancer.', {}),
    ingressExposure(
      { hostname: publicHostname.describe('Host name under which users reach the server.') },
      'memory-mcp-tls',
    ),
  ],
  { error: 'a map with kind "none", "nodePort", "loadBalancer" or "ingress"; the Gateway is the key hostname' },
);

/** Settings of memory-mcp. `{}` is a complete configuration. */
export const memoryMcpSchema = z
  .strictObject({
    namespace: perCluster(namespace('memory-mcp').describe('Where the server lives.')),
    image: promoted(
      image
        .default('ghcr.io/butterflyskies/memory-mcp:0.17.1')
        .describe('Image of the server, 0.17.1 or newer: earlier ones serve an empty index after a fresh pull.'),
    ),
    imageArchitectures: promoted(
      architectures
        .default(['amd64'])
        .describe('Architectures that the image is made for; its pods, and those on its volume, go to no other node.'),
    ),
    imageUnpinnedReason: perCluster(imageUnpinnedReason),
    pods: perCluster(pods),
    hostname: perCluster(
      publicHostname
        .optional()
        .describe('Host name under which users reach the server through the Gateway. Default: no route.'),
    ),
    path: perCluster(
      z
        .enum(['/', '/mcp'], { error: '"/" (everything, health included) or "/mcp" (the protocol only)' })
        .default('/')
        .describe('Path prefix that the route forwards.'),
    ),
    exposure: perCluster(
      exposure
        .optional()
        .describe(
          'How the server is reached from outside the cluster otherwise than through the Gateway. Default: the Gateway with `hostname`, else not at all.',
        ),
    ),
    authentication: perCluster(
      authentication('memory-mcp', ['memoryMcp', 'bearer'])
        .optional()
        .describe('Who may use the server, which has no authentication itself. A production stack must choose.'),
    ),
    clients: perCluster(clients),
    volume: perCluster(volume('1Gi', 'The volume with the git repository of the memories.')),
    git: perCluster(git.describe('The git remote, which is the backup.')),
    token: perCluster(
      token.describe('The GitHub token. The server starts without it and without its remote until it is there.'),
    ),
    server: promoted(server.describe("Options of the server itself; what is left out keeps the server's default.")),
    backup: promoted(
      backup.describe('The scheduled push to the remote: the server itself pushes only when a client asks.'),
    ),
    indexRevision: perCluster(
      integer(0, 1_000_000)
        .default(0)
        .describe(
          'Counter to raise so that the next start takes the search index away and embeds every memory anew; memories and recall log stay.',
        ),
    ),
    unsavedReason: perCluster(unsavedReason),
    applicationPath: perCluster(
      relativePath
        .optional()
        .describe("Folder that the Argo CD Application syncs. Default: memory-mcp below the stack's overlay."),
    ),
    startupBudgetSeconds: promoted(
      integer(60, 7200)
        .default(600)
        .describe('Time for the first pull and a full re-index before a start counts as failed, in seconds.'),
    ),
    resources: promoted(
      resources({ cpu: '250m', memory: '512Mi', cpuLimit: '1', memoryLimit: '6Gi' }).describe(
        'Resources of the server. A full re-index takes up to 4.3Gi, whatever the number of memories.',
      ),
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
