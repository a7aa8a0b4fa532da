import assert from 'node:assert/strict';
import { peerAt, peersAt, remoteOf } from '../../../components/kit/parts/peer';

const cluster = { domain: 'cluster.local' };
const inNamespace = (namespace: string) => ({ kind: 'pods', namespace, labels: {} });
const outside = (...names: string[]) => ({ kind: 'hosts', names });

describe('the host of a URL', () => {
  const remotes: readonly (readonly [string, string, number])[] = [
    ['https://github.com/a/b', 'github.com', 443],
    ['https://git.example.org:8443/a', 'git.example.org', 8443],
    ['http://collector.monitoring.svc:80', 'collector.monitoring.svc', 80],
    ['https://traces.example.org:443', 'traces.example.org', 443],
    ['ssh://git@GitHub.com/a/b', 'github.com', 22],
    ['ssh://git@git.example.org:2222/a/b', 'git.example.org', 2222],
    ['https://[2001:db8::1]:9000', '2001:db8::1', 9000],
  ];
  for (const [url, host, port] of remotes) {
    it(`is ${host} on ${port} in ${url}`, () => assert.deepEqual(remoteOf(url), { host, port }));
  }
});

describe('a host', () => {
  const peers: Readonly<Record<string, object>> = {
    'github.com': outside('github.com'),
    'collector.monitoring': outside('collector.monitoring'),
    'memories.svc.echoes': outside('memories.svc.echoes'),
    'git.memories.svc.echoes': outside('git.memories.svc.echoes'),
    'minio.storage.svc': inNamespace('storage'),
    'minio.storage.svc.cluster.local': inNamespace('storage'),
    'minio.storage.svc.cluster.local.': inNamespace('storage'),
    'minio-0.minio.storage.svc.cluster.local': inNamespace('storage'),
    'minio.storage.svc.another.domain': outside('minio.storage.svc.another.domain'),
    'storage.svc': outside('storage.svc'),
    minio: { kind: 'pods', labels: {} },
    '192.0.2.7': { kind: 'addresses', cidrs: ['192.0.2.7/32'] },
    '2001:db8::7': { kind: 'addresses', cidrs: ['2001:db8::7/128'] },
  };
  for (const [host, peer] of Object.entries(peers)) {
    it(`named ${host} is ${JSON.stringify(peer)}`, () => assert.deepEqual(peerAt(host, cluster), peer));
  }

  it('is in the cluster by the domain that the cluster has', () => {
    assert.deepEqual(peerAt('minio.storage.svc.k8s.example', { domain: 'k8s.example' }), inNamespace('storage'));
  });

  it('goes with its own port, and with others where one rule can name them', () => {
    const found = peersAt(
      [
        { host: 'a.example.org', port: 443 },
        { host: 'b.example.org', port: 443 },
        { host: 'mirror.example.org', port: 9000 },
        { host: 'git.forge.svc', port: 3000 },
        { host: '192.0.2.7', port: 443 },
      ],
      cluster,
    );
    assert.deepEqual(found, [
      { suffix: '', peer: outside('a.example.org', 'b.example.org'), port: 443 },
      { suffix: '-9000', peer: outside('mirror.example.org'), port: 9000 },
      { suffix: '-in-forge-3000', peer: inNamespace('forge'), port: 3000 },
      { suffix: '-by-address', peer: { kind: 'addresses', cidrs: ['192.0.2.7/32'] }, port: 443 },
    ]);
  });
});
