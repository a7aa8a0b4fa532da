import type { ClusterFacts } from '../../../../config/cluster';
import type { PodsSettings } from '../../../../config/cluster/pods';
import type { Flow, Labels } from '../../../system/flow';

type Mesh = NonNullable<PodsSettings['mesh']>;

interface Marks {
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** What a mesh looks at, and what its sidecars have to reach. */
interface Kind {
  readonly namespace: string;
  /** Labels of the pods of its control plane. */
  readonly controlPlane: Labels;
  /** Ports of these pods that sidecars ask for certificates and configuration. */
  readonly ports: readonly number[];
  /** Port at which sidecars take what other sidecars send them, where it is not the server's own. */
  readonly inbound?: number;
  readonly member: Marks;
  readonly outsider: Marks;
}

/**
 * Sidecars are init containers that go on running (Kubernetes 1.29): they are there before our own init containers, which
 * need the network, and a Job ends when its containers have ended.
 * @see https://istio.io/latest/docs/reference/config/annotations/ sidecar.istio.io/nativeSidecar
 * @see https://istio.io/latest/docs/ops/deployment/application-requirements/ ports of istiod
 * @see https://linkerd.io/2/features/native-sidecars/
 */
const kinds: Readonly<Record<Mesh['kind'], Kind>> = {
  istio: {
    namespace: 'istio-system',
    controlPlane: { app: 'istiod' },
    ports: [15_012],
    member: {
      labels: { 'sidecar.istio.io/inject': 'true' },
      annotations: { 'sidecar.istio.io/nativeSidecar': 'true' },
    },
    outsider: { labels: { 'sidecar.istio.io/inject': 'false' }, annotations: {} },
  },
  linkerd: {
    namespace: 'linkerd',
    controlPlane: { 'linkerd.io/control-plane-ns': 'linkerd' },
    // Identity, destinations, policies.
    ports: [8080, 8086, 8090],
    inbound: 4143,
    member: {
      labels: {},
      annotations: { 'linkerd.io/inject': 'enabled', 'config.beta.linkerd.io/proxy-enable-native-sidecar': 'true' },
    },
    outsider: { labels: {}, annotations: { 'linkerd.io/inject': 'disabled' } },
  },
};

const nothing: Marks = { labels: {}, annotations: {} };

/** What makes a pod a member of the mesh. */
export function memberMarks({ mesh }: PodsSettings): Marks {
  return mesh ? kinds[mesh.kind].member : nothing;
}

/** What keeps a pod out of the mesh: one that may reach nobody would wait for its sidecar for ever. */
export function outsiderMarks({ mesh }: PodsSettings): Marks {
  return mesh ? kinds[mesh.kind].outsider : nothing;
}

/**
 * The traffic of a system with that of its sidecars.
 *
 * @param ours labels that all its pods have
 */
export function withMesh(flows: readonly Flow[], ours: Labels, { pods: { mesh } }: ClusterFacts): Flow[] {
  if (!mesh) return [...flows];
  const { controlPlane, inbound, namespace, ports } = kinds[mesh.kind];
  const taken = flows.map((flow) =>
    inbound === undefined || flow.peer.kind !== 'pods'
      ? flow
      : { ...flow, port: [...(typeof flow.port === 'number' ? [flow.port] : flow.port), inbound] },
  );
  return [
    ...taken,
    {
      name: 'mesh',
      pods: ours,
      direction: 'out',
      peer: { kind: 'pods', namespace: mesh.namespace ?? namespace, labels: controlPlane },
      port: ports,
      purpose: `the control plane of ${mesh.kind}`,
    },
    ...(flows.some(({ peer }) => peer.kind === 'dns')
      ? []
      : [
          {
            name: 'mesh-dns',
            pods: ours,
            direction: 'out' as const,
            peer: { kind: 'dns' as const },
            port: 53,
            purpose: 'names',
          },
        ]),
  ];
}
