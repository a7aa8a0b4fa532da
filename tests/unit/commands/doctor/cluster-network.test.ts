import assert from 'node:assert/strict';
import { type DnsPod, firstFamily, resolvers } from '../../../../operate/commands/doctor/checks/cluster-network';

const facts = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' }, ports: [53], addresses: [] };
const pod = (name: string, label: string, port = 53): DnsPod => ({
  metadata: { name, labels: { 'k8s-app': label, 'pod-template-hash': 'x' } },
  spec: {
    containers: [
      {
        ports: [
          { containerPort: port, protocol: 'UDP' },
          { containerPort: 9153, protocol: 'TCP' },
        ],
      },
      { ports: [] },
    ],
  },
});
const coredns = [pod('coredns-1', 'kube-dns'), pod('coredns-2', 'kube-dns')];
const cache = { metadata: { name: 'node-local-dns' } };

describe('what doctor says of the DNS of a cluster', () => {
  const said = (pods: readonly DnsPod[], own: object = {}, daemonSets = [] as (typeof cache)[]) =>
    resolvers(pods, daemonSets, { ...facts, ...own });

  it('is its pods, by labels and port', () => {
    assert.deepEqual(said(coredns), { status: 'ok', found: '2 pods in kube-system' });
    assert.equal(said([pod('dns-default', 'kube-dns', 5353)], { ports: [53, 5353] }).status, 'ok');
  });

  it('is that nobody has the labels, which is no fault yet where there is nobody at all', () => {
    const { found, remedy, status } = said([pod('rke2-coredns', 'rke2-coredns')]);
    assert.equal(status, 'missing');
    assert.match(`${found}; ${remedy}`, /k8s-app=kube-dns; set cluster\.dns /);
    assert.equal(said([]).status, 'warning');
  });

  it('is the port that the pods have', () => {
    const { remedy, status } = said([pod('dns-default', 'kube-dns', 5353)]);
    assert.deepEqual([status, remedy], ['missing', 'set cluster.dns.ports to [5353]']);
  });

  it('is the address of a cache on the node, where nobody has said it', () => {
    const { remedy, status } = said(coredns, {}, [cache]);
    assert.equal(status, 'warning');
    assert.match(remedy ?? '', /cluster\.dns\.addresses/);
    const addresses = ['169.254.20.10/32'];
    assert.equal(said(coredns, { addresses }, [cache]).status, 'ok');
    assert.equal(said([], { addresses }).found, 'by 169.254.20.10/32');
    // By Cilium's local redirect policy its pods answer themselves.
    const labels = { 'k8s-app': 'node-local-dns' };
    assert.equal(said([pod('node-local-dns-x', 'node-local-dns')], { labels }, [cache]).status, 'ok');
  });
});

describe('what doctor says of the IP families', () => {
  it('is whether the first one is that of the Services', () => {
    assert.equal(firstFamily('IPv4', ['IPv4', 'IPv6']).status, 'ok');
    assert.equal(firstFamily('IPv6', ['IPv6']).status, 'ok');
    const { remedy, status } = firstFamily('IPv6', ['IPv4']);
    assert.equal(status, 'missing');
    assert.match(remedy ?? '', /cluster\.ipFamilies to \[IPv6\]/);
    assert.equal(firstFamily(undefined, ['IPv4']).status, 'warning');
  });
});
