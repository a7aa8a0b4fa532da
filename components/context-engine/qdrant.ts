import type { IPodSpec, IProbe, IService } from 'kubernetes-models/v1';
import { hardenedPod, onOneNode, pullSecrets, resourceRequirements } from '../kit/objects/pod';
import { unpinnedWaiver } from '../kit/parts/pinning';
import { revisionAnnotations } from '../kit/parts/secrets';
import type { Described } from '../system/described';
import { guardBeside } from './guard';
import { allPods, claims, metadataIn, podLabels, podsOf, ports, runAs, scraped, system, uses } from './names';
import type { ContextEngineSettings } from './settings';

const pods = podsOf('qdrant');
/** Where the image keeps its data; snapshots are on a volume of their own. */
export const qdrantPaths = {
  storage: '/qdrant/storage',
  snapshots: '/qdrant/snapshots',
  init: '/qdrant/init',
} as const;

/**
 * Qdrant: one replica on claims that are objects of their own, because those of a template can be neither protected nor
 * grown.
 * @see https://qdrant.tech/documentation/guides/configuration/
 */
export function qdrant(settings: ContextEngineSettings): Record<string, Described> {
  return {
    qdrantHeadless: headless(settings),
    qdrantService: client(settings),
    qdrant: statefulSet(settings),
  };
}

function statefulSet(settings: ContextEngineSettings): Described<'StatefulSet'> {
  const { apiKey, image, resources } = settings.qdrant;
  const guard = guardBeside(settings, 'qdrant');
  const { requests, grpc } = ports.qdrant;
  const ready: IProbe = { httpGet: { path: '/readyz', port: requests } };
  return {
    after: ['serviceAccount', 'qdrantStorage', 'qdrantSnapshots', 'qdrantHeadless', 'qdrantKey', ...guard.after],
    waivers: unpinnedWaiver(settings.imageUnpinnedReason, image, ...guard.images),
    object: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: metadataIn(settings, pods)('qdrant'),
      spec: {
        replicas: 1,
        serviceName: 'qdrant-headless',
        revisionHistoryLimit: 3,
        selector: { matchLabels: pods },
        template: {
          metadata: {
            labels: podLabels('qdrant', ['snapshots']),
            annotations: { ...revisionAnnotations({ 'api-key': apiKey }), ...guard.annotations },
          },
          spec: hardenedPod(runAs, {
            serviceAccountName: system,
            ...pullSecrets(settings.imagePullSecrets),
            ...nearTo(settings),
            // SIGTERM flushes what is in memory; a kill means a replay of the log at the next start.
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name: 'qdrant',
                image,
                env: [
                  { name: 'QDRANT__SERVICE__HTTP_PORT', value: String(requests) },
                  { name: 'QDRANT__SERVICE__GRPC_PORT', value: String(grpc) },
                  { name: 'QDRANT__STORAGE__STORAGE_PATH', value: qdrantPaths.storage },
                  { name: 'QDRANT__STORAGE__SNAPSHOTS_PATH', value: qdrantPaths.snapshots },
                  // Half-made snapshots must be on the volume that they end up on: another one may be too small.
                  { name: 'QDRANT__STORAGE__TEMP_PATH', value: `${qdrantPaths.snapshots}/tmp` },
                  { name: 'QDRANT__TELEMETRY_DISABLED', value: 'true' },
                  // The root file system is read-only.
                  { name: 'QDRANT_INIT_FILE_PATH', value: `${qdrantPaths.init}/.qdrant-initialized` },
                  ...(apiKey
                    ? [
                        {
                          name: 'QDRANT__SERVICE__API_KEY',
                          // Not optional: without the key Qdrant would start, and ask nobody for anything.
                          valueFrom: { secretKeyRef: { name: apiKey.secretName, key: apiKey.secretKey } },
                        },
                      ]
                    : []),
                ],
                ports: [
                  { name: 'http', containerPort: requests },
                  { name: 'grpc', containerPort: grpc },
                ],
                // Loading the collections of a large disk takes minutes.
                startupProbe: { ...ready, periodSeconds: 5, failureThreshold: 360 },
                readinessProbe: { ...ready, periodSeconds: 5, failureThreshold: 6, timeoutSeconds: 3 },
                livenessProbe: {
                  httpGet: { path: '/healthz', port: requests },
                  periodSeconds: 30,
                  failureThreshold: 6,
                  timeoutSeconds: 10,
                },
                resources: resourceRequirements(resources),
                volumeMounts: [
                  { name: 'storage', mountPath: qdrantPaths.storage },
                  { name: 'snapshots', mountPath: qdrantPaths.snapshots },
                  { name: 'init', mountPath: qdrantPaths.init },
                ],
              },
              ...guard.containers,
            ],
            volumes: [
              { name: 'storage', persistentVolumeClaim: { claimName: claims.storage } },
              { name: 'snapshots', persistentVolumeClaim: { claimName: claims.snapshots } },
              { name: 'init', emptyDir: { sizeLimit: '1Mi' } },
              ...guard.volumes,
            ],
          }),
        },
      },
    },
  };
}

/** Backups onto the volume of snapshots mount it too, so that they and Qdrant must be on one node. */
function nearTo({ backup, layout }: ContextEngineSettings): Pick<IPodSpec, 'affinity'> {
  if (layout === 'single-node') return onOneNode(allPods);
  return backup.target.kind === 'volume' ? onOneNode(uses('snapshots')) : {};
}

/** What clients talk to, and Prometheus: it finds this one by a label of its own, since others lead to the same pod. */
function client(settings: ContextEngineSettings): Described<'Service'> {
  return service(settings, 'qdrant', { type: 'ClusterIP' }, { ...pods, ...scraped });
}

/** What gives the pod its name; it has no address. */
function headless(settings: ContextEngineSettings): Described<'Service'> {
  return service(settings, 'qdrant-headless', { clusterIP: 'None', publishNotReadyAddresses: true });
}

function service(
  settings: ContextEngineSettings,
  name: string,
  kind: NonNullable<IService['spec']>,
  labels: Readonly<Record<string, string>> = pods,
): Described<'Service'> {
  const { requests, grpc } = ports.qdrant;
  return {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadataIn(settings, labels)(name),
      spec: {
        ...kind,
        selector: pods,
        ports: [
          { name: 'http', port: requests, targetPort: requests, protocol: 'TCP', appProtocol: 'http' },
          { name: 'grpc', port: grpc, targetPort: grpc, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' },
        ],
      },
    },
  };
}
