import type { IProbe } from 'kubernetes-models/v1';
import { resourceRequirements, rolloutDeadlines } from '../kit/objects/pod';
import { unpinnedWaiver } from '../kit/parts/pinning';
import type { Described } from '../system/described';
import { guardBeside } from './guard';
import { metadataIn, paths, podLabels, podsOf, ports } from './names';
import { enginePod } from './pod';
import { scriptPath, scriptsHash, scriptsMount } from './scripts';
import type { ContextEngineSettings } from './settings';
import { running } from './settings/choices';
import { modelsMount, sharedVolume, tmpMount } from './volumes';

const pods = podsOf('llamacpp');
const { requests: port } = ports.llamacpp;

/** llama.cpp, which decodes for the indexer; nothing where it is off. */
export function llamacpp(settings: ContextEngineSettings): Record<string, Described> {
  if (!running(settings).llamacpp) return {};
  return { 'llamacpp-service': service(settings), llamacpp: deployment(settings) };
}

function deployment(settings: ContextEngineSettings): Described<'Deployment'> {
  const { contextSize, fetchBudgetSeconds, fetchImage, gpu, image, model, resources, startupBudgetSeconds } =
    settings.llamacpp;
  const deadlines = rolloutDeadlines(startupBudgetSeconds);
  const guard = guardBeside(settings, 'llamacpp');
  const file = `${paths.models}/${model.file}`;
  // 503 while the model is loaded, 200 then; never asks for a key.
  const probe: IProbe = { httpGet: { path: '/health', port } };
  const requirements = resourceRequirements(resources);
  return {
    after: ['serviceAccount', 'scripts', 'models', ...guard.after],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, image, fetchImage, ...guard.images),
    object: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadataIn(settings, pods)('llamacpp'),
      spec: {
        replicas: 1,
        // A second one would need the same GPU, or as much memory again.
        strategy: { type: 'Recreate' },
        // The model is fetched before the first probe.
        progressDeadlineSeconds: deadlines.progress + fetchBudgetSeconds,
        revisionHistoryLimit: 3,
        selector: { matchLabels: pods },
        template: {
          metadata: {
            labels: podLabels('llamacpp', ['models']),
            annotations: { ...scriptsHash('fetch-model.sh'), ...guard.annotations },
          },
          spec: enginePod(settings, {
            terminationGracePeriodSeconds: 30,
            initContainers: [
              {
                name: 'fetch-model',
                image: fetchImage,
                command: ['/bin/sh', scriptPath('fetch-model.sh')],
                env: [
                  { name: 'MODEL_URL', value: model.url },
                  { name: 'MODEL_FILE', value: model.file },
                  { name: 'MODELS_DIR', value: paths.models },
                  ...(model.sha256 ? [{ name: 'MODEL_SHA256', value: model.sha256 }] : []),
                  ...(model.secretName
                    ? [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef: { name: model.secretName, key: 'token' } } }]
                    : []),
                  { name: 'DEADLINE_SECONDS', value: String(fetchBudgetSeconds) },
                ],
                resources: resourceRequirements({ cpu: '100m', memory: '64Mi', memoryLimit: '512Mi' }),
                volumeMounts: [scriptsMount, modelsMount, tmpMount],
              },
            ],
            containers: [
              {
                name: 'llamacpp',
                image,
                // Arguments win over the environment and over defaults, which have changed between versions.
                args: [
                  ...['--host', '0.0.0.0', '--port', String(port)],
                  ...['--model', file, '--ctx-size', String(contextSize)],
                  ...['--n-gpu-layers', String(gpu?.layers ?? 0)],
                ],
                env: [{ name: 'HOME', value: paths.tmp }],
                ports: [{ name: 'http', containerPort: port }],
                startupProbe: { ...probe, periodSeconds: 5, failureThreshold: Math.ceil(deadlines.startup / 5) },
                readinessProbe: { ...probe, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
                livenessProbe: { ...probe, periodSeconds: 30, failureThreshold: 4, timeoutSeconds: 10 },
                resources: gpu
                  ? { ...requirements, limits: { ...requirements.limits, [gpu.resource]: gpu.count } }
                  : requirements,
                volumeMounts: [{ ...modelsMount, readOnly: true }, tmpMount],
              },
              ...guard.containers,
            ],
            volumes: [sharedVolume('models'), ...guard.volumes],
          }),
        },
      },
    },
  };
}

function service(settings: ContextEngineSettings): Described<'Service'> {
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataIn(settings, pods)('llamacpp'),
      spec: {
        type: 'ClusterIP',
        selector: pods,
        ports: [{ name: 'http', port, targetPort: port, protocol: 'TCP', appProtocol: 'http' }],
      },
    },
  };
}
