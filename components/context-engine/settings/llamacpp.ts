import { z } from 'zod';
import { extendedResource, image, integer, objectName, resources } from '../../../config/fields';
import { perCluster } from '../../../config/promotion';
import { nodeSelector, tolerations } from '../../kit/settings/pods';
import { model } from './model';

const day = 86_400;

/** Settings of llama.cpp. */
export const llamacpp = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe(
        'Whether llama.cpp runs and the engine decodes with it. Default: true with preset "standard" and "full".',
      ),
    image: image
      .default('ghcr.io/ggml-org/llama.cpp:server-b6940')
      .describe('Image of llama.cpp; with a GPU a server-cuda tag.'),
    model,
    fetchImage: image
      .default('docker.io/curlimages/curl:8.16.0')
      .describe('Image that fetches the model: a POSIX shell and curl.'),
    contextSize: integer(256, 1_048_576).default(4096).describe('Length of the context, in tokens.'),
    gpu: perCluster(
      z
        .strictObject({
          count: integer(1, 16).default(1).describe('Number of GPUs.'),
          layers: integer(1, 1000).default(999).describe('Layers of the model that the GPU computes; 999 are all.'),
          resource: extendedResource
            .default('nvidia.com/gpu')
            .describe("Name of the GPUs as the node's device plugin offers them."),
          runtimeClassName: objectName
            .optional()
            .describe("RuntimeClass of the pod, such as nvidia. Default: the node's own runtime knows GPUs."),
          nodeSelector: nodeSelector.default({}),
          tolerations: tolerations.default([]),
        })
        .optional()
        .describe('GPUs of llama.cpp. Default: none, the CPU computes.'),
    ),
    startupBudgetSeconds: integer(60, 7200)
      .default(900)
      .describe('Time for loading the model before a start counts as failed, in seconds.'),
    fetchBudgetSeconds: integer(60, day).default(7200).describe('Time for fetching the model, in seconds.'),
    resources: resources({ cpu: '1', memory: '2Gi', memoryLimit: '8Gi' }).describe('Resources of llama.cpp.'),
  })
  .prefault({})
  .describe('llama.cpp, which writes the answers of `context_answer`; without it the decoder is off.');
