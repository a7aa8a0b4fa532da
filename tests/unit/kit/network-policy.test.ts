import assert from 'node:assert/strict';
import type { ICiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { networkPolicies } from '../../../components/kit/parts/network-policies';
import type { Flow, Peer } from '../../../components/system/flow';
import { clusterSchema } from '../../../config/cluster';
import { objectOf } from '../../support/objects';

const metadata = (name: string) => ({ name, namespace: 'ns' });
const pods = { app: 'server' };
const proxies = { namespace: 'infra', labels: { app: 'envoy' } };

function policiesOf(flow: Partial<Flow> & { peer: Peer }, facts: object = {}) {
  const cluster = clusterSchema.parse(facts);
  const complete: Flow = { name: 'the-flow', pods, direction: 'out', port: 443, purpose: 'a test', ...flow };
  return networkPolicies({ system: 'sys', metadata, ours: {}, flows: [complete], cluster });
}

function specOf(flow: Partial<Flow> & { peer: Peer }, facts: object = {}) {
  const policy = policiesOf(flow, facts).policyTheFlow?.object;
  assert.ok(policy);
  return { kind: policy.kind, name: policy.metadata.name, spec: policy.spec as unknown };
}

describe('network policies', () => {
  it('deny everything both ways first, for our pods only', () => {
    const cluster = clusterSchema.parse({});
    const policies = networkPolicies({ system: 'sys', metadata, ours: pods, flows: [], cluster });
    assert.deepEqual(objectOf<INetworkPolicy>(policies, 'policyDefaultDeny').spec, {
      podSelector: { matchLabels: pods },
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('allow one flow each, named after it, on its port alone', () => {
    const peer: Peer = { kind: 'pods', namespace: 'other', labels: { app: 'client' } };
    assert.deepEqual(specOf({ direction: 'in', peer, port: 8080 }), {
      kind: 'NetworkPolicy',
      name: 'sys-the-flow',
      spec: {
        podSelector: { matchLabels: pods },
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } },
                podSelector: { matchLabels: { app: 'client' } },
              },
            ],
            ports: [{ protocol: 'TCP', port: 8080 }],
          },
        ],
      },
    });
  });

  it('mean pods of our own namespace where no other is named', () => {
    const { spec } = specOf({ peer: { kind: 'pods', labels: pods } });
    assert.deepEqual((spec as INetworkPolicy['spec'])?.egress?.[0]?.to, [{ podSelector: { matchLabels: pods } }]);
  });

  it('allow DNS by both protocols, to the DNS pods of the cluster', () => {
    const facts = { dns: { namespace: 'dns', labels: { app: 'coredns' } } };
    const { spec } = specOf({ peer: { kind: 'dns' }, port: 53 }, facts);
    const rule = (spec as INetworkPolicy['spec'])?.egress?.[0];
    assert.deepEqual(
      rule?.ports?.map(({ protocol }) => protocol),
      ['UDP', 'TCP'],
    );
    assert.deepEqual(rule?.to?.[0]?.namespaceSelector, { matchLabels: { 'kubernetes.io/metadata.name': 'dns' } });
  });

  it('let in the proxies of a Gateway that runs as pods', () => {
    const facts = { gateway: { name: 'gw', proxies } };
    const { kind, spec } = specOf({ direction: 'in', peer: { kind: 'gateway' } }, facts);
    assert.equal(kind, 'NetworkPolicy');
    assert.deepEqual((spec as INetworkPolicy['spec'])?.ingress?.[0]?.from?.[0]?.podSelector, {
      matchLabels: { app: 'envoy' },
    });
  });

  it("let in Cilium's Gateway by its identity, which no pod selector matches", () => {
    const facts = { networkPolicies: 'cilium', gateway: { name: 'gw', implementation: 'cilium' } };
    const { kind, spec } = specOf({ direction: 'in', peer: { kind: 'gateway' }, port: 8081 }, facts);
    assert.equal(kind, 'CiliumNetworkPolicy');
    assert.deepEqual((spec as ICiliumNetworkPolicy['spec'])?.ingress, [
      { fromEntities: ['ingress'], toPorts: [{ ports: [{ port: '8081', protocol: 'TCP' }] }] },
    ]);
  });

  it('name hosts on Cilium, with the DNS rule without which it would learn no addresses', () => {
    const peer: Peer = { kind: 'hosts', names: ['git.example'] };
    const { spec } = specOf({ peer }, { networkPolicies: 'cilium' });
    const [hosts, dns] = (spec as ICiliumNetworkPolicy['spec'])?.egress ?? [];
    assert.deepEqual(hosts?.toFQDNs, [{ matchName: 'git.example' }]);
    assert.deepEqual(dns?.toPorts?.[0]?.rules?.dns, [{ matchPattern: '*' }]);
  });

  it('name every host below a domain by patterns for any depth, also where Cilium takes `**` for one label', () => {
    const peer: Peer = { kind: 'hosts', names: ['huggingface.co', '*.hf.co'] };
    const { spec } = specOf({ peer }, { networkPolicies: 'cilium' });
    assert.deepEqual((spec as ICiliumNetworkPolicy['spec'])?.egress?.[0]?.toFQDNs, [
      { matchName: 'huggingface.co' },
      { matchPattern: '**.hf.co' },
      { matchPattern: '*.*.hf.co' },
      { matchPattern: '*.*.*.hf.co' },
    ]);
  });

  it('allow a flow on several ports by one policy', () => {
    const peer: Peer = { kind: 'pods', labels: pods };
    const plain = specOf({ direction: 'in', peer, port: [6333, 6334] }).spec as INetworkPolicy['spec'];
    assert.deepEqual(plain?.ingress?.[0]?.ports, [
      { protocol: 'TCP', port: 6333 },
      { protocol: 'TCP', port: 6334 },
    ]);
    const cilium = specOf(
      { peer: { kind: 'hosts', names: ['a.example'] }, port: [80, 443] },
      { networkPolicies: 'cilium' },
    );
    assert.deepEqual((cilium.spec as ICiliumNetworkPolicy['spec'])?.egress?.[0]?.toPorts?.[0]?.ports, [
      { port: '80', protocol: 'TCP' },
      { port: '443', protocol: 'TCP' },
    ]);
  });

  it('let in the pods of the ingress controller', () => {
    const facts = { ingress: { controller: { namespace: 'edge', labels: { app: 'nginx' } } } };
    const { spec } = specOf({ direction: 'in', peer: { kind: 'ingress-controller' } }, facts);
    assert.deepEqual((spec as INetworkPolicy['spec'])?.ingress?.[0]?.from, [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'edge' } },
        podSelector: { matchLabels: { app: 'nginx' } },
      },
    ]);
  });

  it('let in clients by their addresses, in both languages', () => {
    for (const networkPolicies of ['kubernetes', 'cilium']) {
      const peer: Peer = { kind: 'addresses', cidrs: ['192.0.2.0/24', '2001:db8::/32'] };
      const { spec } = specOf({ direction: 'in', peer }, { networkPolicies });
      assert.deepEqual((spec as INetworkPolicy['spec'])?.ingress?.[0]?.from, [
        { ipBlock: { cidr: '192.0.2.0/24' } },
        { ipBlock: { cidr: '2001:db8::/32' } },
      ]);
    }
  });

  it('let in nobody for a peer that the cluster does not have, where an empty list would let in everybody', () => {
    const absent: Peer[] = [{ kind: 'gateway' }, { kind: 'ingress-controller' }, { kind: 'addresses', cidrs: [] }];
    for (const peer of absent) {
      const { spec } = specOf({ direction: 'in', peer });
      assert.deepEqual(spec, { podSelector: { matchLabels: pods }, policyTypes: ['Ingress'] }, peer.kind);
    }
  });

  it('open every public and no private address where hosts cannot be named', () => {
    const { spec } = specOf({ peer: { kind: 'hosts', names: ['git.example'] } });
    const blocks = (spec as INetworkPolicy['spec'])?.egress?.[0]?.to?.map(({ ipBlock }) => ipBlock);
    assert.deepEqual(
      blocks?.map((block) => block?.cidr),
      ['0.0.0.0/0', '::/0'],
    );
    for (const range of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']) {
      assert.ok(blocks?.[0]?.except?.includes(range), range);
    }
  });

  it('reach the API server by identity on Cilium, by address elsewhere', () => {
    const peer: Peer = { kind: 'api-server' };
    const cilium = specOf({ peer }, { networkPolicies: 'cilium' }).spec as ICiliumNetworkPolicy['spec'];
    assert.deepEqual(cilium?.egress?.[0]?.toEntities, ['kube-apiserver']);
    const plain = specOf({ peer }, { apiServer: { cidrs: ['10.0.0.1/32'] } }).spec as INetworkPolicy['spec'];
    assert.deepEqual(plain?.egress?.[0]?.to, [{ ipBlock: { cidr: '10.0.0.1/32' } }]);
    const dual = specOf({ peer }, { ipFamilies: ['IPv6', 'IPv4'] }).spec as INetworkPolicy['spec'];
    assert.deepEqual(dual?.egress?.[0]?.to, [{ ipBlock: { cidr: '::/0' } }, { ipBlock: { cidr: '0.0.0.0/0' } }]);
  });
});
