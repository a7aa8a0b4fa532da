import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { type Tools, toolPath } from '../toolchain';
import { hasReal, type Nodes } from './kinds-of-nodes';
import { addresses, machineAddress, nodeName } from './node/place';
import { simulatedMark } from './nodes';
import type { Ports } from './ports';

/** Kinds of objects that tell kwok, which stands in for every kubelet, where a pod's log, ports and programs are. */
const kubeletKinds = ['ClusterExec', 'ClusterLogs', 'ClusterPortForward'];

/** Annotation of a pod of a Job that is not to end by itself at once. */
export const keepsRunning = 'memory-fleet.local/keeps-running';

/**
 * kwokctl's configuration of one cluster, without its ports: what decides whether a running cluster is the wanted one.
 *
 * The address is set because kwokctl binds every component to all addresses by default, also an etcd without
 * authentication.
 */
export function kwokctlOptions(tools: Tools, nodes: Nodes): Readonly<Record<string, unknown>> {
  return {
    // Under which a real node and its pods reach the API server.
    ...(hasReal(nodes) && { kubeApiserverCertSANs: [machineAddress, addresses.api] }),
    runtime: 'binary',
    bindAddress: '127.0.0.1',
    etcdBinary: toolPath(tools, 'etcd'),
    kubeApiserverBinary: toolPath(tools, 'kube-apiserver'),
    kubeControllerManagerBinary: toolPath(tools, 'kube-controller-manager'),
    kubeSchedulerBinary: toolPath(tools, 'kube-scheduler'),
    kubectlBinary: toolPath(tools, 'kubectl'),
    kwokControllerBinary: toolPath(tools, 'kwok'),
    // Seconds, which kwokctl multiplies by five. A kwok that was ended still holds its nodes that long, and pods stand
    // still on them after a restart.
    nodeLeaseDurationSeconds: 2,
  };
}

/** What a control plane with a real node needs to know of it. */
export interface RealNode {
  /** Folder of its volumes. */
  readonly volumes: string;
  /** Folder of the certificates that the API server shows to it. */
  readonly certificates: string;
}

/**
 * The whole configuration file: options, then the stages that simulate nodes, pods and volumes.
 *
 * @param builtInStages kwok's stages for nodes and pods; they must be repeated because any stage in the file switches
 * them off
 */
export function kwokctlConfig(
  name: string,
  options: Readonly<Record<string, unknown>>,
  ports: Ports,
  builtInStages: string,
  real?: RealNode,
): string {
  const config = {
    apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
    kind: 'KwokctlConfiguration',
    metadata: { name },
    options: {
      ...options,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      kubeApiserverPort: ports.apiServer,
      kubeControllerManagerPort: ports.controllerManager,
      kubeSchedulerPort: ports.scheduler,
      kwokControllerPort: ports.kwok,
    },
    componentsPatches: [
      // One instance of each runs, and after a restart it need not wait until the lease of the last one has run out.
      ...['kube-controller-manager', 'kube-scheduler'].map((component) => ({
        name: component,
        extraArgs: [{ key: 'leader-elect', value: 'false' }],
      })),
      // Not by the option `enableCRDs`: kwokctl would install the definitions itself, before the API server serves them.
      {
        name: 'kwok-controller',
        extraArgs: [{ key: 'enable-crds', value: kubeletKinds.join(',') }, ...(real ? onlySimulatedNodes : [])],
      },
      ...(real ? [{ name: 'kube-apiserver', extraArgs: reachingRealNode(real) }] : []),
    ],
  };
  return [stringify(config), withKeptPods(builtInStages), volumeStages(real)].join('\n---\n');
}

/** A real node has a kubelet of its own, which kwok must not play. */
const onlySimulatedNodes = [
  { key: 'manage-all-nodes', value: 'false' },
  { key: 'manage-nodes-with-annotation-selector', value: `${simulatedMark.key}=${simulatedMark.value}` },
];

function reachingRealNode({ certificates }: RealNode) {
  return [
    // What pods find under the Service `kubernetes`.
    { key: 'advertise-address', value: machineAddress },
    { key: 'kubelet-preferred-address-types', value: 'InternalIP' },
    { key: 'kubelet-client-certificate', value: join(certificates, 'admin.crt') },
    { key: 'kubelet-client-key', value: join(certificates, 'admin.key') },
  ];
}

/** kwok ends the pods of a Job as soon as they run; this spares those that carry {@link keepsRunning}. */
function withKeptPods(stages: string): string {
  const documents = parseAllDocuments(stages);
  const complete = documents.find((each) => each.getIn(['metadata', 'name']) === 'pod-complete');
  complete?.addIn(['spec', 'selector', 'matchExpressions'], {
    key: `.metadata.annotations["${keepsRunning}"]`,
    operator: 'DoesNotExist',
  });
  return documents.map((each) => each.toString()).join('\n---\n');
}

/**
 * The stages that play a provisioner. With a real node, volumes of claims that are for it, or for no certain node, are folders
 * on it; only who plays a provisioner knows which.
 */
function volumeStages(real: RealNode | undefined): string {
  const text = readFileSync(join(__dirname, 'volume-stages.yaml'), 'utf8');
  if (real === undefined) return text;
  return text.replace(/^ +csi:\n( +driver:.*\n +volumeHandle:.*\n)/gm, (csi) => localOr(csi, real));
}

function localOr(csi: string, { volumes }: RealNode): string {
  const node = `(index .metadata.annotations "volume.kubernetes.io/selected-node")`;
  const term = `{ matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [${nodeName}] }] }`;
  const lines = [
    `{{ if eq (or ${node} "${nodeName}") "${nodeName}" }}`,
    `local: { path: "${volumes}/pvc-{{ .metadata.uid }}" }`,
    `nodeAffinity: { required: { nodeSelectorTerms: [${term}] } }`,
    '{{ else }}',
  ];
  const indent = ' '.repeat(12);
  return [...lines.map((line) => indent + line), csi.trimEnd(), `${indent}{{ end }}`, ''].join('\n');
}
