import assert from 'node:assert/strict';
import { join } from 'node:path';
import { cilium } from '../support/policies/cilium';
import { cyclonus } from '../support/policies/cyclonus';
import type { Connection, Place, PolicyJudge } from '../support/policies/judge';

const projectDir = join(__dirname, '..', '..');

const pod = (name: string, address: string, namespace = 'ns'): Place => ({
  name,
  address,
  pod: { namespace, labels: { name } },
});
const [a, b] = [pod('a', '10.1.0.1'), pod('b', '10.1.0.2')];
const dns = pod('dns', '10.1.0.3', 'kube-system');
const outside = (address: string): Place => ({ name: address, address });
const host = (name: string): Place => ({ name, address: '203.0.113.7', host: name });
const tcp = (from: Place, to: Place, port: number): Connection => ({ from, to, port, protocol: 'TCP' });

const of = (kind: 'NetworkPolicy' | 'CiliumNetworkPolicy') => (spec: object) => ({
  apiVersion: kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'cilium.io/v2',
  kind,
  metadata: { name: 'policy', namespace: 'ns' },
  spec,
});
const policy = of('NetworkPolicy');
const ciliumPolicy = of('CiliumNetworkPolicy');
const denial = policy({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const selected = (name: string) => ({ podSelector: { matchLabels: { name } } });
const ports = [{ protocol: 'TCP', port: 80 }];

const judges: Readonly<Record<string, () => Promise<PolicyJudge>>> = {
  cyclonus: () => cyclonus(projectDir),
  Cilium: () => cilium(projectDir, dns),
};

for (const [name, obtain] of Object.entries(judges)) {
  describe(`${name} as a judge`, () => {
    let judge: PolicyJudge;
    before(async function () {
      this.timeout(0);
      judge = await obtain();
    });

    it('tells what is allowed from what is denied, at both ends', async () => {
      const leaving = policy({ ...selected('a'), policyTypes: ['Egress'], egress: [{ to: [selected('b')], ports }] });
      const arriving = policy({
        ...selected('b'),
        policyTypes: ['Ingress'],
        ingress: [{ from: [selected('a')], ports }],
      });
      const asked = [tcp(a, b, 80), tcp(a, b, 81), tcp(b, a, 80)];
      assert.deepEqual(await judge.allowed([], asked), [true, true, true]);
      assert.deepEqual(await judge.allowed([denial], asked), [false, false, false]);
      assert.deepEqual(await judge.allowed([denial, leaving], asked), [false, false, false]);
      assert.deepEqual(await judge.allowed([denial, leaving, arriving], asked), [true, false, false]);
    });

    it('takes an empty list of peers for everybody, as Kubernetes does', async () => {
      const open = policy({ ...selected('b'), policyTypes: ['Ingress'], ingress: [{ from: [] }] });
      assert.deepEqual(await judge.allowed([denial, open], [tcp(outside('198.51.100.7'), b, 80)]), [true]);
    });

    it('takes an empty selector of namespaces for every namespace, and none for that of the policy', async () => {
      const elsewhere = pod('a', '10.1.0.4', 'elsewhere');
      const from = (peer: object) =>
        policy({ ...selected('b'), policyTypes: ['Ingress'], ingress: [{ from: [peer] }] });
      const asked = [tcp(a, b, 80), tcp(elsewhere, b, 80), tcp(outside('198.51.100.7'), b, 80)];
      const { podSelector } = selected('a');
      assert.deepEqual(await judge.allowed([from({ namespaceSelector: {}, podSelector })], asked), [true, true, false]);
      assert.deepEqual(await judge.allowed([from({ podSelector })], asked), [true, false, false]);
    });

    it('takes out of a network what is excepted', async () => {
      const to = [{ ipBlock: { cidr: '0.0.0.0/0', except: ['172.16.0.0/12'] } }];
      const open = policy({ ...selected('a'), policyTypes: ['Egress'], egress: [{ to }] });
      const asked = ['198.51.100.7', '172.20.0.7', '2001:db8::7'].map((address) => tcp(a, outside(address), 80));
      assert.deepEqual(await judge.allowed([denial, open], asked), [true, false, false]);
    });
  });
}

describe('Cilium as a judge of its own policies', () => {
  let judge: PolicyJudge;
  before(async function () {
    this.timeout(0);
    judge = await cilium(projectDir, dns);
  });

  const endpointSelector = { matchLabels: { name: 'a' } };
  const look = {
    toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', name: 'dns' } }],
    toPorts: [{ ports: [{ port: '53', protocol: 'ANY' }], rules: { dns: [{ matchPattern: '*' }] } }],
  };
  const names = (...toFQDNs: object[]) => ({ toFQDNs, toPorts: [{ ports: [{ port: '443', protocol: 'TCP' }] }] });

  async function reached(egress: object[], hosts: string[]): Promise<string[]> {
    const policies = [denial, ciliumPolicy({ endpointSelector, egress })];
    const verdicts = await judge.allowed(
      policies,
      hosts.map((each) => tcp(a, host(each), 443)),
    );
    return hosts.filter((_, index) => verdicts[index]);
  }

  const hosts = ['hf.co', 'evilhf.co', 'cdn.hf.co', 'cas.xethub.hf.co', 'us.aws.cdn.hf.co'];

  it('takes `*` for part of one label, and `**.` for any number of labels', async () => {
    assert.deepEqual(await reached([names({ matchName: 'hf.co' }), look], hosts), ['hf.co']);
    assert.deepEqual(await reached([names({ matchPattern: '*.hf.co' }), look], hosts), ['cdn.hf.co']);
    assert.deepEqual(await reached([names({ matchPattern: '**.hf.co' }), look], hosts), hosts.slice(2));
    assert.deepEqual(await reached([names({ matchPattern: '*.*.*.hf.co' }), look], hosts), hosts.slice(4));
  });

  it('knows no name without a rule for look-ups', async () => {
    assert.deepEqual(await reached([names({ matchName: 'hf.co' })], hosts), []);
  });

  it('tells the Gateway on the nodes from pods and addresses', async () => {
    const open = ciliumPolicy({ endpointSelector, ingress: [{ fromEntities: ['ingress'] }] });
    const gateway: Place = { name: 'Gateway', address: '192.168.0.9', entity: 'ingress' };
    const asked = [gateway, b, outside('192.168.0.9')].map((from) => tcp(from, a, 80));
    assert.deepEqual(await judge.allowed([denial, open], asked), [true, false, false]);
  });

  it('takes networks for what lies outside of the cluster alone', async () => {
    const to = [{ ipBlock: { cidr: '0.0.0.0/0' } }];
    const open = policy({ ...selected('a'), policyTypes: ['Egress'], egress: [{ to }] });
    const arriving = policy({ ...selected('b'), policyTypes: ['Ingress'], ingress: [{}] });
    const asked = [tcp(a, outside('192.0.2.7'), 80), tcp(a, b, 80)];
    assert.deepEqual(await judge.allowed([denial, open, arriving], asked), [true, false]);
  });
});
