import { z } from 'zod';
import { hostPattern, httpsUrl, integer, text } from '../../../config/fields';
import { volume } from '../../kit/settings/volume';

const common = (model: string) => ({
  model: text(/^\S+$/, 'the name of a model')
    .default(model)
    .describe('Model. Another one means another index: everything is indexed anew.'),
  dimensions: integer(1, 10_000)
    .optional()
    .describe('Dimensions of its vectors, for a model that the server does not know. Default: those of the model.'),
  batchSize: integer(1, 2048).default(100).describe('Texts that are embedded at once.'),
  maxRetries: integer(0, 20).default(3).describe('Times that a failed request is tried again.'),
  timeoutSeconds: integer(1, 600).default(30).describe('Time for one request, in seconds.'),
});

/** Who turns texts into vectors. */
export const embedding = z
  .discriminatedUnion(
    'provider',
    [
      z.strictObject({
        provider: z
          .literal('openai')
          .describe('OpenAI, or a server that speaks as it does. It needs the entry openaiKey.'),
        ...common('text-embedding-3-small'),
        baseUrl: httpsUrl.optional().describe('URL of that server. Default: https://api.openai.com/v1.'),
        organization: text(/^\S+$/, 'an organization of OpenAI').optional().describe('Organization of OpenAI.'),
      }),
      z.strictObject({
        provider: z
          .literal('local')
          .describe('The server itself, with a model on a volume. Nothing leaves the cluster.'),
        ...common('Xenova/all-MiniLM-L6-v2'),
        models: volume('2Gi', 'The volume with the model, which is about 90 MB.'),
        filled: z
          .boolean()
          .default(false)
          .describe('Whether the model is on the volume already: then the hosts of models are closed.'),
        modelHosts: z
          .array(hostPattern)
          .default(['huggingface.co', '*.huggingface.co', '*.hf.co'])
          .describe('Hosts that the model is fetched from at its first use, on port 443.'),
      }),
      z.strictObject({
        provider: z.literal('ollama').describe('Ollama.'),
        ...common('nomic-embed-text'),
        url: text(/^https?:\/\/[^\s/@?#]+\/?$/, 'a URL of host and port alone, such as http://ollama.ollama.svc:11434')
          .default('http://ollama.ollama.svc:11434')
          .describe('Where it is. A Service of the cluster is named with .svc and has the port of its pods.'),
      }),
    ],
    { error: 'a map with provider "openai", "local" or "ollama"' },
  )
  .prefault({ provider: 'openai' })
  .describe('Who turns texts into vectors.');
