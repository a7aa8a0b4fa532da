import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Tools, toolPath } from '../toolchain';
import type { Ports } from './ports';

/**
 * kwokctl's configuration of one cluster, without its ports: what decides whether a running cluster is the wanted one.
 *
 * The address is set because kwokctl binds every component to all addresses by default, also an etcd without
 * authentication.
 */
export function kwokctlOptions(tools: Tools): Readonly<Record<string, unknown>> {
  return {
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
    // One instance of each runs, and after a restart it need not wait until the lease of the last one has run out.
    componentsPatches: ['kube-controller-manager', 'kube-scheduler'].map((component) => ({
      name: component,
      extraArgs: [{ key: 'leader-elect', value: 'false' }],
    })),
  };
  return [stringify(config), builtInStages, volumeStages()].join('\n---\n');
}

function volumeStages(): string {
  return readFileSync(join(__dirname, 'volume-stages.yaml'), 'utf8');
}
