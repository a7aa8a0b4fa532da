import type { IPodSpec, IToleration } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { resourceRequirements } from '../kit/objects/pod';
import { type AppServer, appServer, appServerObjects } from '../kit/parts/app-server';
import { secretGate } from '../kit/parts/gate';
import { anyAddress } from '../kit/parts/listening';
import type { Described } from '../system/described';
import { sidecarDependencies, sidecarOf } from './auth-sidecar';
import { metadataIn, paths, podLabels, podsOf, ports } from './names';
import { enginePod } from './pod';
import { scriptPath, scriptsHash, scriptsMount } from './scripts';
import type { ContextEngineSettings } from './settings';
import { running } from './settings/choices';
import { modelsMount, sharedVolume, tmpMount } from './volumes';

const pods = podsOf('llamacpp');
const { requests: port } = ports.llamacpp;

/** llama.cpp, which decodes for the indexer; nothing where it is off. */
export function llamacpp(settings: ContextEngineSettings, cluster: ClusterFacts): Record<string, Described> {
  return running(settings).llamacpp ? appServerObjects('llamacpp', server(settings, cluster)) : {};
}

/** What the pod needs of a node with GPUs, and no other pod does. */
function gpuPlacement({ llamacpp: { gpu } }: ContextEngineSettings): Partial<IPodSpec> {
  if (!gpu) return {};
  const { nodeSelector, runtimeClassName, tolerations } = gpu;
  return {
    ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
    ...(Object.keys(nodeSelector).length > 0 ? { nodeSelector } : {}),
    ...(tolerations.length > 0 ? { tolerations: tolerations as IToleration[] } : {}),
  };
}

function server(settings: ContextEngineSettings, cluster: ClusterFacts): AppServer {
  const { contextSize, fetchBudgetSeconds, fetchImage, gpu, image, model, resources, startupBudgetSeconds } =
    settings.llamacpp;
  const file = `${paths.models}/${model.file}`;
  const checksums = model.partsSha256?.join(' ') ?? model.sha256;
  const requirements = resourceRequirements(resources);
  const source = modelToken(settings);
  const gate = secretGate({
    image: fetchImage,
    namespace: settings.namespace.name,
    entries: source ? [{ source, value: 'given' }] : [],
  });
  return appServer({
    name: 'llamacpp',
    metadata: metadataIn(settings, pods),
    selector: pods,
    podLabels: podLabels('llamacpp', ['models']),
    podAnnotations: scriptsHash('fetch-model.sh'),
    container: {
      image,
      // Arguments win over the environment and over defaults, which have changed between versions.
      args: [
        ...['--host', anyAddress(cluster), '--port', String(port)],
        ...['--model', file, '--ctx-size', String(contextSize)],
        ...['--n-gpu-layers', String(gpu?.layers ?? 0)],
      ],
      env: [{ name: 'HOME', value: paths.tmp }],
      resources: gpu
        ? { ...requirements, limits: { ...requirements.limits, [gpu.resource]: gpu.count } }
        : requirements,
      volumeMounts: [{ ...modelsMount, readOnly: true }, tmpMount],
    },
    // Its own Service leads past the proxy, to the indexer's neighbour.
    ports: { requests: port, health: port },
    // 503 while the model is loaded, 200 then; never asks for a key.
    checks: { ready: { path: '/health', timeoutSeconds: 5 }, alive: { failureThreshold: 4, timeoutSeconds: 10 } },
    startupBudgetSeconds,
    // The model is fetched before the first probe.
    beforeStartSeconds: fetchBudgetSeconds,
    // A second one would need the same GPU, or as much memory again.
    rollout: 'recreate',
    sidecar: sidecarOf(settings, cluster, 'llamacpp'),
    pod: ({ containers, volumes }) =>
      enginePod(settings, {
        ...gpuPlacement(settings),
        terminationGracePeriodSeconds: 30,
        initContainers: [
          ...gate.initContainers,
          {
            name: 'fetch-model',
            image: fetchImage,
            command: ['/bin/sh', scriptPath('fetch-model.sh')],
            env: [
              { name: 'MODEL_URL', value: model.url },
              { name: 'MODEL_FILE', value: model.file },
              { name: 'MODELS_DIR', value: paths.models },
              ...(checksums ? [{ name: 'MODEL_SHA256', value: checksums }] : []),
              ...(source
                ? [
                    {
                      name: 'HF_TOKEN',
                      valueFrom: { secretKeyRef: { name: source.secretName, key: source.secretKey } },
                    },
                  ]
                : []),
              { name: 'DEADLINE_SECONDS', value: String(fetchBudgetSeconds) },
            ],
            resources: resourceRequirements({ cpu: '100m', memory: '64Mi', memoryLimit: '512Mi' }),
            volumeMounts: [scriptsMount, modelsMount, tmpMount],
          },
        ],
        containers,
        volumes: [sharedVolume('models'), ...gate.volumes, ...volumes],
      }),
    after: ['serviceAccount', 'scripts', 'models', ...sidecarDependencies(settings, 'llamacpp')],
    reachesOut: ['fetch-model'],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** Where the token for the model comes from; undefined of a public one. */
export function modelToken({ llamacpp: { model } }: ContextEngineSettings) {
  return model.secretName
    ? ({ source: 'existing', secretName: model.secretName, secretKey: 'token' } as const)
    : undefined;
}
