import { z } from 'zod';
import { image, integer, text, webOrigin } from '../../../config/fields';
import { perCluster, promoted } from '../../../config/promotion';
import { autoscaling } from '../../kit/settings/autoscaling';
import { sizedResources } from '../../kit/settings/sized';

const replicas = integer(1, 1000)
  .optional()
  .describe('Number of pods where no load decides it. Default: the fewest of the autoscaler.');

const ownImage = image.optional().describe('Image of it, where it is another one. Default: the image of the system.');

/** The API that clients talk to. */
export const api = z
  .strictObject({
    replicas: perCluster(replicas),
    autoscaling: perCluster(autoscaling('Replicas of the API, by its load.')),
    resources: sizedResources('Resources of the API.'),
    logLevel: z
      .enum(['DEBUG', 'INFO', 'WARNING', 'ERROR'], { error: '"DEBUG", "INFO", "WARNING" or "ERROR"' })
      .default('INFO')
      .describe('What the application logs. Its libraries stay at WARNING: below that they log the password of Redis.'),
    databaseMode: z
      .enum(['migrate', 'init', 'validate'], { error: '"migrate", "init" or "validate"' })
      .default('migrate')
      .describe(
        'What the API does with the database at its start (RAE_DB_MODE): "migrate" and "init" add the default tenant, with owners named admin, dev-key and secret. Tables come from the migration in every mode.',
      ),
    allowedOrigins: perCluster(
      z
        .array(webOrigin)
        .default([])
        .describe(
          'Origins of web pages whose scripts may use the API, where no proxy stands in front that knows them.',
        ),
    ),
    requestSeconds: integer(150, 3600)
      .default(180)
      .describe('Longest time of a request, in seconds: calls of a language model take up to 120.'),
    startupBudgetSeconds: integer(60, 3600)
      .default(300)
      .describe(
        'Time from the stores being there to the first answer, in seconds: pools, the model and the cache are made ready first.',
      ),
  })
  .prefault({})
  .describe('The API.');

/** The service that embeds by a language model elsewhere. */
export const ml = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether there is one. Without it the API embeds by its own model alone, each memory a second slower.'),
    image: ownImage,
    replicas: perCluster(replicas),
    autoscaling: perCluster(autoscaling('Replicas of the ML service, by its load.')),
    resources: sizedResources('Resources of the ML service.'),
    dimensions: integer(1, 10_000)
      .default(768)
      .describe('Dimensions of its vectors: those of its model, which is nomic-embed-text.'),
  })
  .prefault({})
  .describe('The ML service, which embeds by Ollama or a provider.');

export const reranker = z
  .strictObject({
    enabled: z
      .boolean()
      .default(false)
      .describe('Whether there is one; the API then orders results by it. What upstream has is a stub.'),
    image: ownImage,
    resources: sizedResources('Resources of the reranker.'),
  })
  .prefault({})
  .describe('The reranker.');

/** What works through the queue. */
export const worker = z
  .strictObject({
    replicas: perCluster(replicas),
    autoscaling: perCluster(autoscaling('Replicas of the workers, by their load.')),
    resources: sizedResources('Resources of a worker.'),
    concurrency: integer(1, 64)
      .optional()
      .describe(
        'Tasks of one worker at the same time: each is a process with a model of its own (300 MB and more) and up to 20 connections to PostgreSQL. Default: that of the preset.',
      ),
    maxTasksPerChild: integer(1, 100_000).default(1000).describe('Tasks after which such a process is made anew.'),
    graceSeconds: integer(150, 7200)
      .default(180)
      .describe('Time that running tasks have to end when a worker is stopped, in seconds: what is cut off is lost.'),
  })
  .prefault({})
  .describe('The workers (Celery).');

export const beat = z
  .strictObject({ resources: sizedResources('Resources of beat.') })
  .prefault({})
  .describe('What puts tasks into the queue when they are due: always exactly one.');

export const dashboard = z
  .discriminatedUnion(
    'enabled',
    [
      z.strictObject({ enabled: z.literal(false).describe('There is none.') }),
      z.strictObject({
        enabled: z.literal(true).describe('There is one; it is reached by port-forward alone.'),
        image: promoted(image.describe('Image of the dashboard, built from images/rae with the target dashboard.')),
        resources: sizedResources('Resources of the dashboard.'),
        client: text(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'the name of a client', 63).describe(
          'Client of `authentication.clients` as which it asks the API.',
        ),
        project: text(/^\S+$/, 'the name of a project').default('default').describe('Project that it shows at first.'),
      }),
    ],
    { error: 'a map with enabled true or false' },
  )
  .prefault({ enabled: false })
  .describe('The dashboard of upstream (Streamlit).');
