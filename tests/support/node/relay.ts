import { controlPlane } from '../cluster/control-plane';
import { podsReady } from './pods';
import { placeOfNode } from './programs';

/** The address of this machine that its node reaches: what a test starts here must listen on it to be reached by pods. */
export function machineAddress(): string {
  return placeOfNode().cable.machine;
}

/**
 * A Deployment whose pods stand in for a server that has no image: their ports lead to ports of this machine, where the test
 * runs the server itself.
 *
 * @param name of the Deployment
 * @param labels of its pods
 * @param ports ports of {@link machineAddress} by the ports of the pods
 */
export async function relay(
  {
    name,
    namespace,
    labels,
  }: { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
  ports: Readonly<Record<number, number>>,
): Promise<void> {
  const { objects } = controlPlane();
  const timeouts = ['connect', 'client', 'server'].map((each) => `  timeout ${each} 1h`);
  const listens = Object.entries(ports).map(
    ([port, here]) => `listen port-${port}\n  bind :${port}\n  server here ${machineAddress()}:${here}`,
  );
  const configuration = ['defaults', '  mode tcp', ...timeouts, ...listens, ''].join('\n');
  await objects.create({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${name}-relay`, namespace },
    data: { 'haproxy.cfg': configuration },
  } as never);
  const closed = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true };
  const [port = ''] = Object.keys(ports);
  const container = {
    name: 'relay',
    image: 'docker.io/library/haproxy:3.2.4-alpine',
    volumeMounts: [{ name: 'configuration', mountPath: '/usr/local/etc/haproxy' }],
    securityContext: closed,
    readinessProbe: { tcpSocket: { port: Number(port) }, periodSeconds: 1 },
  };
  const spec = {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, runAsUser: 99, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'configuration', configMap: { name: `${name}-relay` } }],
  };
  await objects.create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      strategy: { type: 'Recreate' },
      template: { metadata: { labels }, spec },
    },
  } as never);
  const isIts = ({ metadata }: { metadata?: { labels?: Record<string, string> } }) =>
    Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value);
  await podsReady(namespace, isIts);
}
