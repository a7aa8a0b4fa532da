import assert from 'node:assert/strict';
import { networkPolicies } from '../../../../components/kit/parts/network-policies';
import { describeStack, parseStack } from '../../../../components/stack';
import type { Plan } from '../../../../components/system';
import type { Flow } from '../../../../components/system/flow';
import { flowTables } from '../../../../operate/commands/generate/flow-tables';

function tableOf(memoryMcp: object, cluster: object = {}): string {
  return flowTables(new Map([['test', describeStack(parseStack({ memoryMcp, cluster }, 'test'))]]));
}

describe('docs/flows.md', () => {
  const git = { remoteUrl: 'https://git.example.org/memories' };

  it('has a row for each flow with direction, pods, peer, port, purpose and policy', () => {
    assert.ok(
      tableOf({ git }).includes(
        '| in | pods `app=memory-mcp` | pods `app=memory-mcp-backup` | 8080 | the scheduled sync | NetworkPolicy `memory-mcp-from-backup` |',
      ),
    );
  });

  it('says that DNS is asked by both protocols', () => {
    assert.match(tableOf({ git }), /DNS: pods `k8s-app=kube-dns` in `kube-system` \| 53, UDP and TCP/);
  });

  it('names a host alone only where the policy really allows no other', () => {
    assert.match(tableOf({ git }), /`git\.example\.org`, as every public address \| 443/);
    assert.match(
      tableOf({ git }, { networkPolicies: 'cilium' }),
      /\| `git\.example\.org` \| 443 .* CiliumNetworkPolicy/,
    );
  });

  it('names the Gateway by what lets it in', () => {
    const hostname = 'memories.example.org';
    const cilium = { networkPolicies: 'cilium', gateway: { name: 'gw', implementation: 'cilium' } };
    assert.match(tableOf({ hostname }, cilium), /Gateway `gw`: Cilium's entity `ingress`/);
    const proxies = { namespace: 'infra', labels: { app: 'envoy' } };
    assert.match(
      tableOf({ hostname }, { gateway: { name: 'gw', proxies } }),
      /Gateway `gw`: pods `app=envoy` in `infra`/,
    );
  });

  it('names the API server by its addresses, or by its entity', () => {
    const token = { source: 'bootstrap' };
    assert.match(
      tableOf({ token }, { apiServer: { cidrs: ['10.0.0.1/32'] } }),
      /API server: `10\.0\.0\.1\/32` \| 6443/,
    );
    assert.match(tableOf({ token }, { networkPolicies: 'cilium' }), /API server: Cilium's entity `kube-apiserver`/);
  });

  it('names the ingress controller by its pods, clients outside by their networks, and every port', () => {
    const plan = describeStack(parseStack({ memoryMcp: {}, cluster: { ingress: {} } }, 'test'));
    const flow = { pods: { app: 'x' }, direction: 'in', purpose: 'a test', port: [80, 443] } as const;
    const flows: Flow[] = [
      { ...flow, name: 'a', peer: { kind: 'ingress-controller' } },
      { ...flow, name: 'b', peer: { kind: 'addresses', cidrs: ['192.0.2.0/24'] } },
    ];
    const systems = plan.systems.map((system) => {
      const metadata = (name: string) => ({ name, namespace: system.namespace });
      const policies = networkPolicies({ system: system.id, metadata, ours: {}, flows, cluster: plan.cluster });
      return { ...system, objects: policies, flows };
    });
    const page = flowTables(new Map([['test', { ...plan, systems }]]));
    assert.match(
      page,
      /\| ingress controller: pods `app\.kubernetes\.io\/name=ingress-nginx`, .* in `ingress-nginx` \| 80, 443 \|/,
    );
    assert.match(page, /\| addresses `192\.0\.2\.0\/24` \| 80, 443 \|/);
  });

  it('says so where a system has no traffic', () => {
    assert.match(tableOf({}), /no traffic: `memory-mcp-default-deny` denies all of it/);
  });

  it('throws if a flow has no policy, or nothing denies the rest', () => {
    const plan = describeStack(parseStack({ memoryMcp: { git } }, 'test'));
    const without = (key: string): Plan => ({
      ...plan,
      systems: plan.systems.map((system) => ({
        ...system,
        objects: Object.fromEntries(Object.entries(system.objects).filter(([name]) => name !== key)),
      })),
    });
    assert.throws(() => flowTables(new Map([['test', without('policyToDns')]])), /no policy allows the flow to-dns/);
    assert.throws(() => flowTables(new Map([['test', without('policyDefaultDeny')]])), /nothing denies/);
  });
});
