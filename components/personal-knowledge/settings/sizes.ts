import type { Sizing } from '../../kit/objects/pod';
import { type NamespaceSize, type StoreSize, sizing } from '../../kit/settings/sized';

/** What an instance takes of its cluster, where no key says otherwise. */
export interface Size {
  readonly server: Sizing;
  readonly chroma: StoreSize;
  readonly postgres: StoreSize;
  readonly graph: StoreSize;
  /** Size of the volume with the repositories and what the server knows of them. */
  readonly data: string;
  readonly quota: NamespaceSize;
}

export const presets = ['dev', 'small', 'medium', 'large'] as const;

export type Preset = (typeof presets)[number];

const [usualServer, usualStore, usualPostgres] = [
  sizing('250m', '256Mi', '1', '1Gi'),
  sizing('500m', '512Mi', '2', '2Gi'),
  sizing('250m', '256Mi', '2', '1Gi'),
];

/**
 * The sizes by their names: for trying out, for fewer than ten repositories, for up to fifty, and for more. The server is one
 * replica in all of them, so that a larger one has more of everything instead of more replicas.
 */
export const sizes: Readonly<Record<Preset, Size>> = {
  dev: {
    server: sizing('100m', '128Mi', '500m', '512Mi'),
    chroma: { resources: sizing('250m', '256Mi', '1', '1Gi'), storage: '10Gi' },
    postgres: { resources: sizing('100m', '128Mi', '500m', '512Mi'), storage: '5Gi' },
    graph: { resources: sizing('250m', '256Mi', '1', '1Gi'), storage: '5Gi' },
    data: '5Gi',
    quota: { cpu: '4', memory: '8Gi', cpuLimit: '8', memoryLimit: '16Gi', volumes: 10 },
  },
  small: {
    server: usualServer,
    chroma: { resources: usualStore, storage: '20Gi' },
    postgres: { resources: usualPostgres, storage: '10Gi' },
    graph: { resources: usualStore, storage: '10Gi' },
    data: '10Gi',
    quota: { cpu: '4', memory: '8Gi', cpuLimit: '18', memoryLimit: '20Gi', volumes: 10 },
  },
  medium: {
    server: sizing('500m', '512Mi', '2', '2Gi'),
    chroma: { resources: usualStore, storage: '50Gi' },
    postgres: { resources: usualPostgres, storage: '20Gi' },
    graph: { resources: usualStore, storage: '20Gi' },
    data: '20Gi',
    quota: { cpu: '4', memory: '8Gi', cpuLimit: '20', memoryLimit: '24Gi', volumes: 10 },
  },
  large: {
    server: sizing('1', '1Gi', '4', '4Gi'),
    chroma: { resources: sizing('1', '2Gi', '4', '8Gi'), storage: '100Gi' },
    postgres: { resources: sizing('500m', '512Mi', '2', '2Gi'), storage: '50Gi' },
    graph: { resources: sizing('1', '2Gi', '4', '8Gi'), storage: '50Gi' },
    data: '50Gi',
    quota: { cpu: '8', memory: '16Gi', cpuLimit: '40', memoryLimit: '80Gi', volumes: 10 },
  },
};

/** Sizes of the volumes of instances with these names, where no preset is chosen. */
const storageByName: Readonly<Record<string, readonly [chroma: string, postgres: string]>> = {
  private: ['20Gi', '10Gi'],
  work: ['30Gi', '15Gi'],
  public: ['50Gi', '20Gi'],
};

/** The size of an instance: that of its preset, else the small one, with the volumes that its name is known for. */
export function sizeOf(name: string, preset: Preset | undefined): Size {
  const known = preset === undefined ? storageByName[name] : undefined;
  const size = sizes[preset ?? 'small'];
  if (known === undefined) return size;
  const [chroma, postgres] = known;
  return { ...size, chroma: { ...size.chroma, storage: chroma }, postgres: { ...size.postgres, storage: postgres } };
}
