import { z } from 'zod';
import { hostPattern, image, integer, relativePath, resources } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';
import { authentication } from '../../kit/settings/authentication';
import { backup } from '../../kit/settings/backup';
import { clients } from '../../kit/settings/clients';
import { namespace } from '../../kit/settings/namespace';
import { builtArchitectures, imagePullSecrets, imageUnpinnedReason, pods } from '../../kit/settings/pods';
import { containerLimits, quota } from '../../kit/settings/quota';
import { volume } from '../../kit/settings/volume';
import { qdrantSettings } from '../../kit/stores/qdrant/settings';
import { engine } from './engine';
import { exposure } from './exposure';
import { llamacpp } from './llamacpp';
import { repositories } from './repositories';

const day = 86_400;
const sendsKey = {
  everyClientSendsIt: promoted(
    z
      .boolean()
      .default(false)
      .describe(
        "Whether the image makes every process send the key, as images/context-engine does. Upstream's watcher sends none.",
      ),
  ),
};

const qdrant = qdrantSettings({
  apiKeySecret: ['context-engine-qdrant', 'api-key'],
  secret: ['contextEngine', 'qdrantKey'],
  apiKey: sendsKey,
  size: '50Gi',
});

const flavours = {
  sse: z.boolean().optional().describe('Whether the SSE flavour runs. Default: true.'),
  http: z
    .boolean()
    .optional()
    .describe('Whether the streamable HTTP flavour runs. Default: true, with preset "core" false.'),
};

const memory = z
  .strictObject({
    ...flavours,
    resources: resources({ cpu: '500m', memory: '2Gi', memoryLimit: '4Gi' }).describe('Resources of each flavour.'),
  })
  .prefault({})
  .describe('The MCP server that stores and finds memories.');

const indexer = z
  .strictObject({
    ...flavours,
    autoscaling: perCluster(
      z
        .strictObject({
          minReplicas: integer(1, 50).default(1).describe('Fewest replicas of each flavour.'),
          maxReplicas: integer(1, 50)
            .optional()
            .describe(
              'Most replicas of each flavour; 1 switches autoscaling off. Default: 5, in layout "single-node" 1.',
            ),
          cpuPercent: integer(10, 95).default(70).describe('CPU use, in percent of the request, that is aimed at.'),
        })
        .prefault({})
        .describe('The HorizontalPodAutoscaler of the indexer.'),
    ),
    resources: resources({ cpu: '500m', memory: '2Gi', memoryLimit: '4Gi' }).describe('Resources of each replica.'),
  })
  .prefault({})
  .describe('The MCP server that searches and indexes code.');

/** Settings of Context Engine. Only `image` has no default: upstream publishes none. */
export const contextEngineSchema = z.strictObject({
  namespace: perCluster(namespace('context-engine').describe('Where everything of it lives.')),
  image: promoted(
    image.describe(
      'Image of the servers, watchers and jobs, built from images/context-engine; upstream publishes none.',
    ),
  ),
  imageArchitectures: promoted(builtArchitectures),
  imagePullSecrets: perCluster(imagePullSecrets),
  imageUnpinnedReason: perCluster(imageUnpinnedReason),
  pods: perCluster(pods),
  preset: promoted(
    z
      .enum(['core', 'minimal', 'standard', 'full'], { error: '"core", "minimal", "standard" or "full"' })
      .default('standard')
      .describe(
        'What runs where no key says otherwise: core = Qdrant and both servers over SSE; minimal = both flavours too; standard = llama.cpp too; full = standard, reachable from outside.',
      ),
  ),
  layout: perCluster(
    z
      .enum(['shared', 'single-node'], { error: '"shared" or "single-node"' })
      .default('shared')
      .describe(
        'shared: volumes that several nodes mount at once. single-node: ordinary volumes, and every pod on one node.',
      ),
  ),
  qdrant: perCluster(qdrant),
  memory: promoted(memory),
  indexer: promoted(indexer),
  engine: promoted(engine.describe('Options of the engine itself, each read by at least one of its processes.')),
  llamacpp: promoted(llamacpp),
  repositories: perCluster(repositories),
  watcher: promoted(
    z
      .strictObject({
        resources: resources({ cpu: '250m', memory: '512Mi', memoryLimit: '2Gi' }).describe(
          'Resources of each watcher.',
        ),
      })
      .prefault({})
      .describe('The watchers, one for each watched repository.'),
  ),
  indexing: promoted(
    z
      .strictObject({
        deadlineSeconds: integer(60, 7 * day)
          .default(6 * 3600)
          .describe('Time that one run may take, in seconds.'),
        retries: integer(0, 20).default(6).describe('Times that a failed run is tried again.'),
        resources: resources({ cpu: '500m', memory: '1Gi', memoryLimit: '4Gi' }).describe('Resources of each run.'),
      })
      .prefault({})
      .describe('The jobs that index a repository for the first time.'),
  ),
  volumes: perCluster(
    z
      .strictObject({
        repositories: volume('100Gi', 'The volume with the repositories that are fetched or uploaded.'),
        metadata: volume('5Gi', 'The volume with what the indexer remembers of each repository.'),
        models: volume('20Gi', 'The volume with the embedding model and that of llama.cpp.'),
      })
      .prefault({})
      .describe('Volumes that several pods share.'),
  ),
  exposure: perCluster(exposure.describe('How the servers are reached from outside the cluster.')),
  authentication: perCluster(
    authentication('context-engine', ['contextEngine', 'bearer'])
      .optional()
      .describe('Who may use the servers, which have no authentication themselves. A production stack must choose.'),
  ),
  clients: perCluster(clients),
  modelHosts: perCluster(
    z
      .array(hostPattern)
      .default(['huggingface.co', '*.huggingface.co', '*.hf.co'])
      .describe(
        'Hosts that models come from, on port 443, for policies that name hosts: names, or "*." and a domain for every name below it. The host of llamacpp.model.url is known.',
      ),
  ),
  waitSeconds: promoted(
    integer(10, day)
      .default(600)
      .describe('Time that a pod waits for what it needs before it fails with a message, in seconds.'),
  ),
  startupBudgetSeconds: promoted(
    integer(60, 7200)
      .default(900)
      .describe('Time for fetching the embedding model before a start counts as failed, in seconds.'),
  ),
  quota: perCluster(quota.optional().describe('Upper limits of the namespace, which must be its own. Default: none.')),
  containerLimits: perCluster(
    containerLimits
      .optional()
      .describe('Limits of each container of the namespace, which must be its own. Default: none.'),
  ),
  backup: promoted(
    backup({
      system: 'context-engine',
      secret: ['contextEngine', 'backupPassword'],
      schedule: '43 2 * * *',
      size: '50Gi',
    })
      .prefault({})
      .describe('The scheduled backup of every collection, with the aliases.'),
  ),
  applicationPath: perCluster(
    relativePath
      .optional()
      .describe("Folder that the Argo CD Application syncs. Default: context-engine below the stack's overlay."),
  ),
});

export type ContextEngineSettings = z.output<typeof contextEngineSchema>;
export type ContextEngineSettingsInput = z.input<typeof contextEngineSchema>;
