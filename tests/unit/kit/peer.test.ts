import assert from 'node:assert/strict';
import { isPrivateName, peerAt, peersAt, remoteOf } from '../../../components/kit/parts/peer';
import { clusterSchema } from '../../../config/cluster';
import { parse } from '../../../config/parse';

const cluster = clusterSchema.parse({});
const at = (host: string, facts: object = {}, port = 443) => peerAt({ host, port }, clusterSchema.parse(facts));
const inNamespace = (namespace: string | undefined, labels: object = {}) => ({ kind: 'pods', namespace, labels });
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
    minio: inNamespace(undefined),
    '192.0.2.7': { kind: 'addresses', cidrs: ['192.0.2.7/32'] },
    '2001:db8::7': { kind: 'addresses', cidrs: ['2001:db8::7/128'] },
  };
  for (const [host, peer] of Object.entries(peers)) {
    it(`named ${host} is ${JSON.stringify(peer)}`, () => assert.deepEqual(at(host), { peer, port: 443 }));
  }

  it('is in the cluster by the domain that the cluster has', () => {
    assert.deepEqual(at('minio.storage.svc.k8s.example', { domain: 'k8s.example' }).peer, inNamespace('storage'));
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

  it('is on the networks that are said to hold it, by its name or by a domain, and on no other', () => {
    const privateNetworks = [
      { cidrs: ['10.20.0.0/16', 'fd00:20::/48'], hosts: ['git.example.org', '*.lab.example.org'] },
      { cidrs: ['192.168.7.0/24'] },
    ];
    const there = (name: string, ...networks: string[]) => ({ kind: 'hosts', names: [name], networks });
    for (const host of ['git.example.org', 's3.lab.example.org', 'a.b.lab.example.org']) {
      assert.deepEqual(at(host, { privateNetworks }).peer, there(host, '10.20.0.0/16', 'fd00:20::/48'));
    }
    for (const host of ['lab.example.org', 'example.org', 'evilgit.example.org', 'github.com']) {
      assert.deepEqual(at(host, { privateNetworks }).peer, outside(host));
    }
    for (const host of ['git.corp.internal', 'nas.local', 'tempo.fritz.lan', 'pi.home.arpa']) {
      assert.deepEqual(at(host, { privateNetworks }).peer, there(host, '192.168.7.0/24'));
    }
  });

  it('is private by its ending alone, not by something that looks like one', () => {
    assert.deepEqual(
      ['a.internal', 'a.b.corp', 'internal', 'a.internal.example.org', 'lan.example.org', 'a.svc.echoes'].filter(
        isPrivateName,
      ),
      ['a.internal', 'a.b.corp'],
    );
  });

  describe('that cluster.services names', () => {
    const services = [
      { host: 'minio.storage.svc', port: 443, labels: { app: 'minio' }, targetPort: 9000 },
      { host: 'git.example.org', namespace: 'forge', labels: { app: 'gitea' }, targetPort: 3000 },
      { host: 'git.example.org', port: 22, namespace: 'forge', labels: { app: 'gitea-ssh' }, targetPort: 2222 },
      { host: '*.apps.example.org', namespace: 'apps' },
      { host: '*.models.apps.example.org', namespace: 'models' },
    ];
    const cases: readonly (readonly [string, number, object, number])[] = [
      ['minio.storage.svc', 443, inNamespace('storage', { app: 'minio' }), 9000],
      ['minio.storage.svc.cluster.local', 443, inNamespace('storage', { app: 'minio' }), 9000],
      ['minio.storage.svc', 9001, inNamespace('storage'), 9001],
      ['git.example.org', 443, inNamespace('forge', { app: 'gitea' }), 3000],
      ['git.example.org', 22, inNamespace('forge', { app: 'gitea-ssh' }), 2222],
      ['otlp.apps.example.org', 4317, inNamespace('apps'), 4317],
      ['a.models.apps.example.org', 443, inNamespace('models'), 443],
      ['apps.example.org', 443, outside('apps.example.org'), 443],
    ];
    for (const [host, port, peer, targetPort] of cases) {
      it(`at ${host}:${port} is ${JSON.stringify(peer)} on ${targetPort}`, () =>
        assert.deepEqual(at(host, { services }, port), { peer, port: targetPort }));
    }

    it('goes apart from other pods of the namespace, with a name of its own', () => {
      const remotes = [
        { host: 'git.example.org', port: 22 },
        { host: 'other.forge.svc', port: 2222 },
      ];
      const facts = clusterSchema.parse({ services });
      assert.deepEqual(
        peersAt(remotes, facts).map(({ peer, suffix }) => [suffix, peer]),
        [
          ['-in-forge-2222', inNamespace('forge', { app: 'gitea-ssh' })],
          ['-in-forge-2222-2', inNamespace('forge')],
        ],
      );
    });

    it('must tell where its pods are, once, and not be on a private network besides', () => {
      const refuses = (facts: object, expected: RegExp) =>
        assert.throws(() => parse(clusterSchema, facts, 'test'), { message: expected });
      refuses(
        { services: [{ host: 'git.example.org' }] },
        /services\[0\]\.namespace: found nothing, expected the namespace/,
      );
      refuses({ services: [{ host: 'git.a.svc.other.domain' }] }, /services\[0\]\.namespace/);
      refuses({ services: [services[0], services[0]] }, /services\[1\]\.host: .*each host once/);
      refuses(
        { services, privateNetworks: [{ cidrs: ['10.0.0.0/8'], hosts: ['a.lan', 'git.example.org'] }] },
        /privateNetworks\[0\]\.hosts\[1\]: .*cluster\.services says/,
      );
    });
  });
});
