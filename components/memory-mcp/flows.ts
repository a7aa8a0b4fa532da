import type { ClusterFacts } from '../../config/cluster';
import { solverFlows } from '../kit/parts/acme-solver';
import { outsidePeer } from '../kit/parts/exposure';
import { peerAt, peersAt, remoteOf } from '../kit/parts/peer';
import { clientInWords } from '../kit/settings/clients';
import type { Flow, Peer } from '../system/flow';
import { exposureSettings } from './exposure';
import { gitHubHost, podPorts, pods, remotes } from './names';
import type { MemoryMcpSettings } from './settings';

/** All traffic that memory-mcp has. What is not here is denied. */
export function flows(settings: MemoryMcpSettings, cluster: ClusterFacts): Flow[] {
  const { requests, health } = podPorts(settings);
  const hosts = peersAt(remotes(settings).map(remoteOf), cluster);
  const { otlp } = settings.server;
  const collector = otlp ? peerAt(remoteOf(otlp.endpoint), cluster) : undefined;
  const found: (Flow | undefined)[] = [
    ...fromOutside(settings, requests),
    ...solverFlows(exposureSettings(settings), !settings.namespace.shared, cluster),
    ...settings.clients.map(({ namespace, labels }, index) =>
      flow(
        `from-client-${index + 1}`,
        pods.server,
        'in',
        { kind: 'pods', namespace, labels },
        requests,
        `requests of ${clientInWords(namespace)}`,
      ),
    ),
    cluster.monitoring
      ? flow(
          'from-monitoring',
          pods.server,
          'in',
          { kind: 'monitoring' },
          health,
          'health, asked by the blackbox exporter',
        )
      : undefined,
    ...(hosts.length > 0
      ? [
          flow('from-backup', pods.server, 'in', { kind: 'pods', labels: pods.backup }, requests, 'the scheduled sync'),
          flow(
            'backup-to-server',
            pods.backup,
            'out',
            { kind: 'pods', labels: pods.server },
            requests,
            'the scheduled sync',
          ),
          flow('backup-to-dns', pods.backup, 'out', { kind: 'dns' }, 53, "the server's name"),
          ...hosts.map(({ peer, port, suffix }) =>
            direct(flow(`to-remotes${suffix}`, pods.server, 'out', peer, port, 'git pull and push')),
          ),
        ]
      : []),
    ...volumeBackup(settings, cluster),
    hosts.length > 0 || collector
      ? flow('to-dns', pods.server, 'out', { kind: 'dns' }, 53, 'names of the remotes and of the collector')
      : undefined,
    collector ? direct(flow('to-collector', pods.server, 'out', collector.peer, collector.port, 'traces')) : undefined,
    ...(settings.token.source === 'bootstrap'
      ? [
          flow(
            'bootstrap-to-dns',
            pods.bootstrap,
            'out',
            { kind: 'dns' },
            53,
            'names of the login and of the API server',
          ),
          flow(
            'bootstrap-to-login',
            pods.bootstrap,
            'out',
            { kind: 'hosts', names: [gitHubHost] },
            443,
            'the device login',
          ),
          flow(
            'bootstrap-to-api-server',
            pods.bootstrap,
            'out',
            { kind: 'api-server' },
            cluster.apiServer.port,
            'writing the token into its Secret',
          ),
        ]
      : []),
  ];
  return found.filter((candidate) => candidate !== undefined);
}

/** Of the server itself, which reads no proxy: its git asks for none, and neither does its exporter of traces. */
function direct(flow: Flow): Flow {
  return { ...flow, direct: true };
}

function fromOutside(settings: MemoryMcpSettings, port: number): Flow[] {
  const { kind } = exposureSettings(settings);
  const peer = outsidePeer(exposureSettings(settings));
  if (!peer) return [];
  return kind === 'gateway'
    ? [flow('from-gateway', pods.server, 'in', peer, port, 'requests of users, through the Gateway')]
    : [flow('from-outside', pods.server, 'in', peer, port, 'requests of users')];
}

function volumeBackup({ backup: { volume } }: MemoryMcpSettings, cluster: ClusterFacts): Flow[] {
  if (volume?.target.kind !== 's3') return [];
  const { peer, port } = peerAt(remoteOf(volume.target.endpoint), cluster);
  const { volumeBackup: from } = pods;
  return [
    flow('volume-backup-to-dns', from, 'out', { kind: 'dns' }, 53, 'name of the object storage'),
    flow('volume-backup-to-storage', from, 'out', peer, port, 'backups'),
  ];
}

function flow(
  name: string,
  ofPods: Readonly<Record<string, string>>,
  direction: 'in' | 'out',
  peer: Peer,
  port: number,
  purpose: string,
): Flow {
  return { name, pods: ofPods, direction, peer, port, purpose };
}
