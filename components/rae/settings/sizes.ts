import type { Sizing } from '../../kit/objects/pod';
import type { ScalingPreset } from '../../kit/settings/autoscaling';
import { type NamespaceSize, type StoreSize, sizing } from '../../kit/settings/sized';

/** What a workload takes: resources of each pod, and how many there are. */
export interface WorkloadSize {
  readonly resources: Sizing;
  readonly scaling: ScalingPreset;
}

/** What the system takes of its cluster, where no key says otherwise. */
export interface Size {
  readonly api: WorkloadSize;
  readonly ml: WorkloadSize;
  readonly worker: WorkloadSize & { readonly concurrency: number };
  readonly postgres: StoreSize & { readonly maxConnections: number };
  readonly redis: StoreSize;
  readonly qdrant: StoreSize;
  readonly quota: NamespaceSize;
}

export const presets = ['dev', 'production', 'large'] as const;

export type Preset = (typeof presets)[number];

/** Nothing lives in one pod: they come as fast as they are needed, and go after five minutes of little load. */
const stateless: ScalingPreset['behavior'] = {
  scaleUp: { stabilizationSeconds: 0, percent: 100, periodSeconds: 60 },
  scaleDown: { stabilizationSeconds: 300, percent: 50, periodSeconds: 60 },
};

/** As upstream's chart had it, for queues that fill at once. */
const queues: ScalingPreset['behavior'] = {
  scaleUp: { stabilizationSeconds: 0, percent: 100, pods: 2, periodSeconds: 30 },
  scaleDown: { stabilizationSeconds: 300, percent: 50, periodSeconds: 60 },
};

const scaled = (
  [minReplicas, maxReplicas]: readonly [number, number],
  [cpuPercent, memoryPercent]: readonly [number, number],
  behavior: ScalingPreset['behavior'],
  enabled = true,
): ScalingPreset => ({ enabled, minReplicas, maxReplicas, cpuPercent, memoryPercent, behavior });

/**
 * For trying out, as upstream's guide has it, and as the guide has it for much use. Each number of connections holds what
 * the pods open at their most, see connections.ts.
 */
export const sizes: Readonly<Record<Preset, Size>> = {
  dev: {
    api: {
      resources: sizing('250m', '768Mi', '1', '2Gi'),
      scaling: scaled([1, 2], [70, 80], stateless, false),
    },
    ml: { resources: sizing('100m', '512Mi', '1', '1Gi'), scaling: scaled([1, 2], [80, 0], stateless, false) },
    worker: {
      resources: sizing('250m', '1Gi', '1', '2Gi'),
      scaling: scaled([1, 2], [80, 75], queues, false),
      concurrency: 1,
    },
    postgres: { resources: sizing('250m', '512Mi', '1', '1Gi'), storage: '10Gi', maxConnections: 100 },
    redis: { resources: sizing('100m', '128Mi', '500m', '512Mi'), storage: '2Gi' },
    qdrant: { resources: sizing('250m', '512Mi', '1', '1Gi'), storage: '10Gi' },
    quota: { cpu: '6', memory: '14Gi', cpuLimit: '20', memoryLimit: '30Gi', volumes: 10 },
  },
  production: {
    api: { resources: sizing('500m', '1Gi', '1', '2Gi'), scaling: scaled([2, 10], [70, 80], stateless) },
    ml: { resources: sizing('1', '2Gi', '2', '4Gi'), scaling: scaled([1, 5], [80, 0], stateless) },
    // Each process of a worker holds a model of its own: four of them, as upstream has it, do not fit.
    worker: {
      resources: sizing('500m', '1Gi', '1', '2Gi'),
      scaling: scaled([2, 10], [80, 75], queues),
      concurrency: 2,
    },
    postgres: { resources: sizing('500m', '1Gi', '1', '2Gi'), storage: '20Gi', maxConnections: 400 },
    redis: { resources: sizing('250m', '512Mi', '500m', '1Gi'), storage: '8Gi' },
    qdrant: { resources: sizing('1', '2Gi', '2', '4Gi'), storage: '50Gi' },
    quota: { cpu: '30', memory: '60Gi', cpuLimit: '60', memoryLimit: '110Gi', volumes: 10 },
  },
  large: {
    api: { resources: sizing('1', '2Gi', '2', '4Gi'), scaling: scaled([5, 20], [60, 80], stateless) },
    ml: { resources: sizing('2', '4Gi', '4', '8Gi'), scaling: scaled([3, 5], [80, 0], stateless) },
    worker: {
      resources: sizing('1', '2Gi', '2', '4Gi'),
      scaling: scaled([3, 20], [80, 75], queues),
      concurrency: 4,
    },
    postgres: { resources: sizing('2', '4Gi', '4', '8Gi'), storage: '100Gi', maxConnections: 1200 },
    redis: { resources: sizing('500m', '1Gi', '1', '2Gi'), storage: '16Gi' },
    qdrant: { resources: sizing('2', '4Gi', '4', '8Gi'), storage: '200Gi' },
    quota: { cpu: '80', memory: '160Gi', cpuLimit: '180', memoryLimit: '320Gi', volumes: 10 },
  },
};

/** What is one pod in every size. Beat imports the whole application to know when what is due. */
export const singles: Readonly<Record<'reranker' | 'beat' | 'dashboard', Sizing>> = {
  reranker: sizing('500m', '1Gi', '1', '2Gi'),
  beat: sizing('50m', '384Mi', '500m', '1Gi'),
  dashboard: sizing('100m', '256Mi', '1', '1Gi'),
};
