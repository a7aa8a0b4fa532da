import assert from 'node:assert/strict';
import { describeMemoryMcp } from '../../../components/memory-mcp/objects';
import { parseStack } from '../../../components/stack';
import type { DescribedObjects } from '../../../components/system/described';
import { ConfigError } from '../../../config/parse';
import { checkPlan } from '../../../policies/check';
import { mainServer } from '../../support/objects';
import { validateObject } from '../../support/schemas';

const facts = {
  ingress: { certificateIssuer: { name: 'ca' } },
  gateway: { name: 'gw', proxies: { namespace: 'gateways' } },
};

function described(memoryMcp: object, cluster: object = facts) {
  const config = parseStack({ cluster, memoryMcp }, 'test');
  assert.ok(config.memoryMcp);
  const plan = describeMemoryMcp(config.memoryMcp, config.cluster);
  assert.deepEqual(checkPlan({ cluster: config.cluster, systems: [plan] }).violations, []);
  const objects: DescribedObjects = plan.objects;
  const deployment = plan.objects.deployment.object.spec?.template.spec?.containers[0];
  const from = plan.flows.filter(({ name }) => /^from-(gateway|outside)$/.test(name));
  return { plan, objects, hosts: deployment?.args ?? [], from };
}

function problems(memoryMcp: object, cluster: object = facts): string[] {
  try {
    parseStack({ cluster, memoryMcp }, 'test');
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.map(({ key, expected }) => `${key}: ${expected}`);
  }
}

describe('how memory-mcp is reached', () => {
  it('is through the Gateway by a host name alone, as ever, and not at all without', () => {
    const { objects, plan } = described({ hostname: 'm.example' });
    assert.equal(objects.route?.object.kind, 'HTTPRoute');
    assert.equal(mainServer(plan).endpoint.url, 'https://m.example/mcp');
    assert.deepEqual(described({}).from, []);
    assert.deepEqual(described({ exposure: { kind: 'none' } }).from, []);
  });

  it('is through Traefik, whose pods are let in, by TLS alone', async () => {
    const { objects, plan } = described(
      { exposure: { kind: 'ingress', hostname: 'm.example' }, path: '/mcp' },
      { ingress: { implementation: 'traefik', port: 8443 } },
    );
    const ingress = objects.ingress?.object;
    assert.ok(ingress?.kind === 'Ingress');
    await validateObject(ingress);
    assert.equal(ingress.spec?.ingressClassName, 'traefik');
    assert.deepEqual(ingress.spec?.tls, [{ hosts: ['m.example'], secretName: 'memory-mcp-tls' }]);
    assert.equal(ingress.metadata.annotations?.['traefik.ingress.kubernetes.io/router.entrypoints'], 'websecure');
    assert.equal(objects.prefixes, undefined, 'its paths are left as they are');
    const policy = objects.policyFromOutside?.object;
    assert.ok(policy?.kind === 'NetworkPolicy');
    assert.deepEqual(policy.spec?.ingress?.[0]?.from?.[0], {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'traefik' } },
      podSelector: { matchLabels: { 'app.kubernetes.io/name': 'traefik' } },
    });
    assert.equal(mainServer(plan).endpoint.url, 'https://m.example:8443/mcp');
  });

  it('is through further listeners and Gateways, whose proxies are let in', async () => {
    const gateway = {
      ...{ name: 'public', namespace: 'gateways', section: 'https', port: 8443, proxies: { namespace: 'proxies' } },
      additional: [{ section: 'wide' }, { name: 'inside', section: 'tls', proxies: { namespace: 'inside' } }],
    };
    const { objects, plan } = described({ hostname: 'm.example' }, { gateway });
    const route = objects.route?.object;
    assert.ok(route?.kind === 'HTTPRoute');
    await validateObject(route);
    assert.deepEqual(
      route.spec.parentRefs?.map(({ name, namespace, sectionName }) => `${namespace}/${name} ${sectionName}`),
      ['gateways/public https', 'gateways/public wide', 'gateways/inside tls'],
    );
    const policy = objects.policyFromGateway?.object;
    assert.ok(policy?.kind === 'NetworkPolicy');
    assert.deepEqual(
      policy.spec?.ingress?.[0]?.from?.map(({ namespaceSelector }) =>
        Object.values(namespaceSelector?.matchLabels ?? {}),
      ),
      [['proxies'], ['inside']],
    );
    assert.equal(mainServer(plan).endpoint.url, 'https://m.example:8443/mcp');
    assert.deepEqual(plan.outputs.client, {
      mcpServers: { memory: { type: 'http', url: 'https://m.example:8443/mcp' } },
    });
    assert.match(
      problems({}, { gateway: { ...gateway, section: undefined } }).join(),
      /cluster\.gateway\.additional\[0\]\.section: expected another Gateway or listener/,
    );
  });

  it('is through the ingress controller, with a certificate, at a host name that the server accepts', async () => {
    const { from, hosts, objects, plan } = described({
      exposure: { kind: 'ingress', hostname: 'm.example' },
      path: '/mcp',
    });
    const ingress = objects.ingress?.object;
    assert.ok(ingress?.kind === 'Ingress');
    await validateObject(ingress);
    assert.deepEqual(ingress.spec?.tls, [{ hosts: ['m.example'], secretName: 'memory-mcp-tls' }]);
    assert.deepEqual(ingress.spec?.rules?.[0]?.http?.paths?.[0]?.path, '/mcp');
    assert.ok(hosts.includes('m.example'));
    const { endpoint, hostname } = mainServer(plan);
    assert.deepEqual([endpoint.url, hostname], ['https://m.example/mcp', 'm.example']);
    assert.deepEqual(
      from.map(({ peer, port }) => [peer, port]),
      [[{ kind: 'ingress-controller' }, 8080]],
    );
  });

  it('is by a port of the nodes or an address of its own, past the proxy, for the networks that are named', async () => {
    for (const [kind, type] of [
      ['nodePort', 'NodePort'],
      ['loadBalancer', 'LoadBalancer'],
    ]) {
      const { from, objects } = described({
        exposure: { kind, sourceRanges: ['192.0.2.0/24'], ...(kind === 'nodePort' ? { port: 30_800 } : {}) },
        server: { allowedHosts: ['node.example'] },
        authentication: { mode: 'bearer' },
      });
      const service = objects.external?.object;
      assert.ok(service?.kind === 'Service');
      await validateObject(service);
      assert.equal(service.spec?.type, type);
      const [port] = service.spec?.ports ?? [];
      assert.deepEqual([port?.targetPort, port?.nodePort], [8081, kind === 'nodePort' ? 30_800 : undefined]);
      assert.deepEqual(
        from.map(({ peer, port: reached }) => [peer, reached]),
        [[{ kind: 'addresses', cidrs: ['192.0.2.0/24'] }, 8081]],
      );
    }
  });

  it('is said in one way only, and in one that the cluster and the server can serve', () => {
    const ingress = { kind: 'ingress', hostname: 'i.example' };
    const ranges = { sourceRanges: ['192.0.2.0/24'] };
    assert.match(problems({ hostname: 'm.example', exposure: ingress }).join(), /^memoryMcp\.hostname: .*exposure/);
    assert.match(problems({ exposure: ingress }, {}).join(), /^memoryMcp\.exposure\.kind: .*cluster\.ingress/);
    assert.match(
      problems({ exposure: { kind: 'loadBalancer', ...ranges } }).join(),
      /^memoryMcp\.server\.allowedHosts: .*403/,
    );
    assert.match(problems({ exposure: { kind: 'gateway' } }).join(), /"none", "nodePort", "loadBalancer" or "ingress"/);
    assert.match(
      problems({ exposure: ingress, authentication: { mode: 'gateway' } }).join(),
      /^memoryMcp\.authentication\.mode/,
    );
  });
});
