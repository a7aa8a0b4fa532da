import type { IPodSpec } from 'kubernetes-models/v1';
import { describeStack, parseStack } from '../../../components/stack';
import type { Plan } from '../../../components/system';

const { a, b } = { a: 'https://git.example.org/a.git', b: 'https://git.example.org/b.git' };

/** Settings with every kind of pod that the systems have. */
export const everyPod = {
  memoryMcp: {
    git: { remoteUrl: a, scopes: [{ scope: 'team', url: b }] },
    token: { source: 'bootstrap' },
    authentication: { mode: 'bearer' },
    backup: { volume: { target: { kind: 's3', endpoint: 'https://s3.example.org', bucket: 'bucket' } } },
  },
  contextEngine: {
    image: 'registry.example.org/context-engine:1',
    layout: 'single-node',
    preset: 'standard',
    authentication: { mode: 'bearer' },
    repositories: [
      { source: 'git', name: 'code', url: 'https://git.example.org/code.git' },
      { source: 'claim', name: 'copied', claimName: 'copy' },
      { source: 'upload', name: 'sketches' },
    ],
  },
} as const;

/** The plan of these systems on a cluster with these facts; systems have what is said of them on top. */
export function planWith(
  cluster: object,
  { contextEngine = {}, memoryMcp = {} }: { contextEngine?: object; memoryMcp?: object } = {},
): Plan {
  const systems = {
    memoryMcp: { ...everyPod.memoryMcp, ...memoryMcp },
    contextEngine: { ...everyPod.contextEngine, ...contextEngine },
  };
  return describeStack(parseStack({ cluster, ...systems }, 'test'));
}

/** A pod, wherever a plan has one, with what stands around its spec. */
export interface FoundPod {
  /** Where it is, such as `memory-mcp/objects/deployment/…`. */
  readonly at: string;
  readonly spec: IPodSpec;
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Every pod of a plan: whatever has containers, in objects and in what commands know, found without knowing any kind. */
export function podsIn(plan: Plan): FoundPod[] {
  return plan.systems.flatMap(({ id, objects, operations }) => search({ objects, operations }, {}, id));
}

function search(value: unknown, around: object, at: string): FoundPod[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'containers' in value ? [{ at, spec: value as unknown as IPodSpec, metadata: metadataOf(around) }] : [];
  return [...own, ...Object.entries(value).flatMap(([key, held]) => search(held, value, `${at}/${key}`))];
}

function metadataOf(around: object): FoundPod['metadata'] {
  return (around as { metadata?: FoundPod['metadata'] }).metadata ?? {};
}

/** The only pod at a place. @throws Error where there is none, or several */
export function podAt(plan: Plan, place: RegExp): FoundPod {
  const found = podsIn(plan).filter(({ at }) => place.test(at));
  const [pod] = found;
  if (!pod || found.length > 1) {
    throw new Error(
      `${found.length} pods at ${place}; there are ${podsIn(plan)
        .map(({ at }) => at)
        .join(', ')}`,
    );
  }
  return pod;
}
