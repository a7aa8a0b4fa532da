import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../../base/wait';
import { type Tools, toolPath } from '../../toolchain';
import type { NodeFiles } from './configuration';
import { cannotStart, type Inside, runInside, type Started, startInside } from './namespaces';
import { addresses, nodeName } from './place';
import type { Programs } from './programs';

/** Seconds that a program of a node gets until it answers. */
const patience = 30;

/** Starts containerd and waits until it answers. */
export async function startContainerd(inside: Inside, programs: Programs, files: NodeFiles): Promise<void> {
  const started = startInside(inside, programs.path('containerd'), ['--config', files.containerd]);
  await answers('containers', inside, started, 'ctr', ['version']);
}

/**
 * Starts the kubelet. It registers the node by itself.
 *
 * @param labels labels of the node
 */
export function startKubelet(inside: Inside, tools: Tools, files: NodeFiles, labels: Readonly<Record<string, string>>) {
  const { place } = inside;
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return startInside(inside, toolPath(tools, 'kubelet'), [
    ...['--config', files.kubelet, '--kubeconfig', place.kubeconfig],
    ...['--root-dir', join(place.folder, 'kubelet'), '--cert-dir', join(place.folder, 'certificates')],
    ...['--hostname-override', nodeName, '--node-ip', place.cable.node, '--node-labels', pairs.join(',')],
  ]);
}

/** Starts what routes Services, what enforces network policies, and what makes volumes. */
export async function startServices(inside: Inside, tools: Tools): Promise<void> {
  const { kubeconfig, volumes } = inside.place;
  const common = ['--kubeconfig', kubeconfig, '--hostname-override', nodeName];
  const proxy = startInside(inside, toolPath(tools, 'kube-proxy'), [
    ...common,
    ...['--proxy-mode', 'iptables', '--cluster-cidr', addresses.pods, '--conntrack-max-per-core', '0'],
  ]);
  // Packets between pods pass the bridge: without this they would pass no rule.
  await runInside(inside, 'sh', ['-c', 'echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables']);
  const router = startInside(inside, toolPath(tools, 'kube-router'), [
    ...common,
    ...['--run-firewall=true', '--run-router=false', '--run-service-proxy=false', '--run-loadbalancer=false'],
    ...['--service-cluster-ip-range', addresses.services, '--health-port', '0', '--iptables-sync-period', '5s'],
  ]);
  const script = readFileSync(join(__dirname, 'volumes.sh'), 'utf8');
  const folders = ['-c', script, 'volumes', toolPath(tools, 'kubectl'), kubeconfig, volumes];
  startInside(inside, 'sh', folders, 'volumes');
  await answers('Service routing', inside, proxy, 'iptables', ['-t', 'nat', '-S', 'KUBE-SERVICES']);
  await answers('network policies', inside, router, 'iptables', ['-S', 'KUBE-ROUTER-FORWARD']);
}

async function answers(
  what: string,
  inside: Inside,
  started: Started,
  command: string,
  args: readonly string[],
): Promise<void> {
  const look = async () => {
    if (started.code !== undefined) throw cannotStart(what, started.log);
    return (await runInside(inside, command, args)).exitCode === 0 || undefined;
  };
  if (!(await waitFor(look, { seconds: patience, period: 200 }))) throw cannotStart(what, started.log);
}
