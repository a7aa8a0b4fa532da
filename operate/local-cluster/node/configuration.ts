import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { stringify as toml } from 'smol-toml';
import { stringify as yaml } from 'yaml';
import { writeAtomically } from '../../base/files';
import { ownImages } from './images';
import { addresses, containerdSocket, machineAddress, type NodePlace } from './place';
import type { Programs } from './programs';

/** Files that a node's programs are started with. */
export interface NodeFiles {
  readonly containerd: string;
  readonly kubelet: string;
}

/**
 * Writes the configuration of a node.
 *
 * @param kubeconfig administrator's kubeconfig of the cluster, whose server is on the loopback address
 * @param authority file of the certificate that the cluster's clients are signed by
 */
export function writeConfiguration(
  place: NodePlace,
  programs: Programs,
  { kubeconfig, authority }: { readonly kubeconfig: string; readonly authority: string },
): NodeFiles {
  const files = { containerd: join(place.folder, 'containerd.toml'), kubelet: join(place.folder, 'kubelet.yaml') };
  const networks = join(place.folder, 'networks');
  for (const folder of [place.volumes, networks]) mkdirSync(folder, { recursive: true });
  writeAtomically(join(networks, 'pods.conflist'), JSON.stringify(podNetwork(place)));
  writeAtomically(files.containerd, toml(containerdConfiguration(place, programs, networks)));
  writeAtomically(files.kubelet, yaml(kubeletConfiguration(place, authority)));
  writeAtomically(place.kubeconfig, fromInside(kubeconfig), 0o600);
  return files;
}

/** The port that a cluster's API server listens on. */
export function apiPort(kubeconfig: string): number {
  return Number(new URL(serverOf(kubeconfig)).port);
}

function serverOf(kubeconfig: string): string {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return config.getCurrentCluster()?.server ?? '';
}

function fromInside(kubeconfig: string): string {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.clusters = config.clusters.map((each) => ({
    ...each,
    server: each.server.replace(/127\.0\.0\.1|localhost/, machineAddress),
  }));
  return config.exportConfig();
}

/** @see https://www.cni.dev/plugins/current/main/bridge/ */
function podNetwork({ folder }: NodePlace): object {
  const ranges = [[{ subnet: addresses.pods }]];
  const ipam = { type: 'host-local', dataDir: join(folder, 'addresses'), ranges, routes: [{ dst: '0.0.0.0/0' }] };
  const bridge = { type: 'bridge', bridge: 'pods', isGateway: true, ipMasq: true, hairpinMode: true, ipam };
  const ports = { type: 'portmap', capabilities: { portMappings: true } };
  return { cniVersion: '1.0.0', name: 'pods', plugins: [bridge, ports] };
}

/** @see https://github.com/containerd/containerd/blob/release/1.7/docs/cri/config.md */
function containerdConfiguration({ folder }: NodePlace, { path, plugins }: Programs, networks: string) {
  const runc = { runtime_type: 'io.containerd.runc.v2', options: { BinaryName: path('runc') } };
  return {
    version: 2,
    root: join(folder, 'containerd'),
    state: '/run/containerd/state',
    grpc: { address: containerdSocket },
    plugins: {
      'io.containerd.grpc.v1.cri': {
        sandbox_image: ownImages.pause,
        restrict_oom_score_adj: true,
        containerd: { snapshotter: 'overlayfs', runtimes: { runc } },
        cni: { bin_dir: plugins, conf_dir: networks },
      },
    },
  };
}

/** @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
function kubeletConfiguration(place: NodePlace, authority: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    // Whoever reaches the cable must show a certificate of the cluster, as the API server does.
    authentication: { anonymous: { enabled: false }, webhook: { enabled: false }, x509: { clientCAFile: authority } },
    authorization: { mode: 'AlwaysAllow' },
    address: place.cable.node,
    healthzBindAddress: '127.0.0.1',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${place.cgroup}`,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    clusterDomain: 'cluster.local',
    clusterDNS: [addresses.dns],
    // Where the disk is nearly full the machine's owner decides, not the node.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    // Whoever looks at a volume that fills up asks for what is there now.
    volumeStatsAggPeriod: '10s',
    podLogsDir: join(place.folder, 'pods'),
    resolvConf: '/run/names/resolv.conf',
  };
}
