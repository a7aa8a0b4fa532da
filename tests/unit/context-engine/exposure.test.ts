import assert from 'node:assert/strict';
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1';
import type { IService } from 'kubernetes-models/v1';
import { clusterSchema } from '../../../config/cluster';
import { checkPlan } from '../../../policies/check';
import { mainServer } from '../../support/objects';
import { described, facts, find, names } from '../../support/unit/context-engine';

const sseHostnames = { memory: 'memory.example', indexer: 'indexer.example' };
const hosted = { hostname: 'context.example', sseHostnames };
const sourceRanges = ['10.0.0.0/8'];

describe('the way in from outside', () => {
  it('is none unless one is asked for', () => {
    const plan = described();
    assert.deepEqual(names(plan, 'Ingress', 'HTTPRoute'), []);
    for (const name of names(plan, 'Service')) {
      assert.equal(find<IService>(plan, 'Service', name.split('/')[1] ?? '').spec?.type ?? 'ClusterIP', 'ClusterIP');
    }
    assert.equal(mainServer(plan).endpoint.url, 'http://mcp-indexer-http.context-engine.svc.cluster.local:8003/mcp');
  });

  it("by ports of the nodes is the seed's, for these networks alone", () => {
    const plan = described({
      exposure: { kind: 'nodePort', sourceRanges, services: ['qdrant', 'mcp-memory', 'llamacpp'] },
    });
    const opened = names(plan, 'Service').flatMap((name) => {
      const { spec } = find<IService>(plan, 'Service', name.split('/')[1] ?? '');
      return spec?.type === 'NodePort' ? (spec.ports ?? []).map(({ nodePort }) => `${name} ${nodePort}`) : [];
    });
    assert.deepEqual(opened, [
      'Service/qdrant-external 30333',
      'Service/qdrant-external 30334',
      'Service/mcp-memory-external 30800',
      'Service/llamacpp-external 30808',
    ]);
    for (const flow of plan.flows.filter(({ name }) => name.endsWith('from-outside'))) {
      assert.deepEqual(flow.peer, { kind: 'addresses', cidrs: sourceRanges });
    }
  });

  it('by ports of the nodes is by others where they are named', () => {
    const ports = { 'mcp-memory': 31_000, 'qdrant-grpc': 31_001 };
    const plan = described({ exposure: { kind: 'nodePort', sourceRanges, services: ['qdrant', 'mcp-memory'], ports } });
    const opened = (name: string) => find<IService>(plan, 'Service', name).spec?.ports?.map(({ nodePort }) => nodePort);
    assert.deepEqual([opened('qdrant-external'), opened('mcp-memory-external')], [[30_333, 31_001], [31_000]]);
  });

  it('has its port in every URL', () => {
    const urls = (exposure: object, cluster: object) =>
      described({ exposure: { ...hosted, ...exposure } }, { ...facts, ...cluster }).operations.servers.map(
        ({ endpoint }) => endpoint.url,
      );
    assert.deepEqual(urls({ kind: 'gateway' }, { gateway: { ...facts.gateway, port: 8443 } }), [
      'https://context.example:8443/mcp-http/indexer/mcp',
      'https://indexer.example:8443/sse',
      'https://context.example:8443/mcp-http/memory/mcp',
      'https://memory.example:8443/sse',
    ]);
    assert.equal(urls({ kind: 'ingress' }, { ingress: { port: 444 } })[1], 'https://indexer.example:444/sse');
  });

  it('by an Ingress has a certificate for each host name, in a Secret of the documented name or of another', () => {
    const secrets = (own: object) =>
      Object.values<{ object: { kind: string } }>(
        described({ exposure: { kind: 'ingress', ...hosted, ...own } }).objects,
      )
        .flatMap(({ object }) => (object.kind === 'Ingress' ? [object as IIngress] : []))
        .flatMap(({ spec }) => spec?.tls ?? [])
        .map(({ hosts, secretName }) => `${hosts} ${secretName}`);
    assert.deepEqual(secrets({}), [
      'context.example context-engine-tls',
      'indexer.example context-engine-tls-mcp-indexer',
      'memory.example context-engine-tls-mcp-memory',
    ]);
    assert.deepEqual(secrets({ tlsSecretName: 'wildcard', sseTlsSecretNames: { memory: 'wildcard' } }), [
      'context.example wildcard',
      'indexer.example wildcard-mcp-indexer',
      'memory.example wildcard',
    ]);
  });

  it('by a load balancer has the same bounds', () => {
    const plan = described({ exposure: { kind: 'loadBalancer', sourceRanges } });
    const { spec } = find<IService>(plan, 'Service', 'mcp-indexer-external');
    assert.deepEqual([spec?.type, spec?.loadBalancerSourceRanges], ['LoadBalancer', sourceRanges]);
  });

  it("by an Ingress has the seed's paths for streamable HTTP, and a host for each SSE flavour", () => {
    const plan = described({ exposure: { kind: 'ingress', ...hosted } });
    const paths = (name: string) =>
      find<IIngress>(plan, 'Ingress', name).spec?.rules?.flatMap(({ host, http }) =>
        (http?.paths ?? []).map(({ backend, path }) => `${host}${path} ${backend.service?.name}`),
      );
    assert.deepEqual(paths('context-engine'), [
      'context.example/mcp-http/indexer(/|$)(.*) mcp-indexer-http',
      'context.example/mcp-http/memory(/|$)(.*) mcp-memory-http',
    ]);
    assert.deepEqual(paths('mcp-memory'), ['memory.example/ mcp-memory']);
    assert.deepEqual(paths('mcp-indexer'), ['indexer.example/ mcp-indexer']);
    assert.deepEqual(
      plan.operations.servers.map(({ endpoint }) => endpoint.url),
      [
        'https://context.example/mcp-http/indexer/mcp',
        'https://indexer.example/sse',
        'https://context.example/mcp-http/memory/mcp',
        'https://memory.example/sse',
      ],
    );
  });

  it("by Traefik has the seed's paths as they are, and a middleware that takes them off before", async () => {
    const plan = described(
      { exposure: { kind: 'ingress', ...hosted } },
      { ...facts, ingress: { implementation: 'traefik' } },
    );
    assert.deepEqual(names(plan, 'Middleware'), ['Middleware/context-engine-prefixes']);
    const opened = plan.objects['ingress-context-engine'];
    assert.ok(opened?.after?.includes('prefixes-context-engine'));
    assert.deepEqual(
      find<IIngress>(plan, 'Ingress', 'context-engine').spec?.rules?.[0]?.http?.paths.map(({ path }) => path),
      ['/mcp-http/indexer', '/mcp-http/memory'],
    );
    const { violations } = checkPlan({
      cluster: { ...clusterSchema.parse({ ingress: { implementation: 'traefik' } }), name: 'test' },
      systems: [plan],
    });
    assert.deepEqual(violations, []);
  });

  it('opens Qdrant and llama.cpp only where they are named', () => {
    const services = ['qdrant', 'llamacpp', 'mcp-indexer-http'];
    const plan = described({ exposure: { kind: 'ingress', hostname: 'context.example', services } });
    assert.deepEqual(
      find<IIngress>(plan, 'Ingress', 'context-engine').spec?.rules?.[0]?.http?.paths.map(({ path }) => path),
      ['/qdrant(/|$)(.*)', '/llamacpp(/|$)(.*)', '/mcp-http/indexer(/|$)(.*)'],
    );
  });

  it('by a Gateway takes the prefixes off, and keeps clients on their replicas', () => {
    const plan = described({ exposure: { kind: 'gateway', ...hosted } });
    const route = find<IHTTPRoute>(plan, 'HTTPRoute', 'context-engine');
    assert.deepEqual(
      route.spec?.rules?.map(({ matches, filters }) => [
        matches?.[0]?.path?.value,
        filters?.[0]?.urlRewrite?.path?.replacePrefixMatch,
      ]),
      [
        ['/mcp-http/indexer', '/'],
        ['/mcp-http/memory', '/'],
      ],
    );
    assert.deepEqual(names(plan, 'BackendTrafficPolicy'), [
      'BackendTrafficPolicy/context-engine',
      'BackendTrafficPolicy/mcp-indexer',
    ]);
  });

  it('asks for API keys on every route where the Gateway does that', () => {
    const plan = described({ authentication: { mode: 'gateway' }, exposure: { kind: 'gateway', ...hosted } });
    assert.equal(names(plan, 'SecurityPolicy').length, names(plan, 'HTTPRoute').length);
  });

  it('is refused on a production stack without authentication, and let pass for a reason', () => {
    const production = { ...facts, gateway: { ...facts.gateway, namespace: 'gateways' }, production: true };
    const rules = (settings: object) => {
      const plan = described({ imageUnpinnedReason: 'no digests are known here', ...settings }, production);
      const { violations } = checkPlan({
        cluster: { ...clusterSchema.parse(production), name: 'test' },
        systems: [plan],
      });
      return [...new Set(violations.map(({ object, rule }) => `${rule} ${object}`))];
    };
    for (const [exposure, object] of [
      [{ kind: 'ingress', hostname: 'context.example' }, 'Ingress/context-engine'],
      [{ kind: 'gateway', hostname: 'context.example' }, 'HTTPRoute/context-engine'],
      [{ kind: 'loadBalancer', sourceRanges, services: ['mcp-indexer'] }, 'Service/mcp-indexer-external'],
      [{ kind: 'nodePort', sourceRanges, services: ['qdrant'] }, 'Service/qdrant-external'],
    ] as const) {
      assert.deepEqual(rules({ exposure }), [`guarded-routes contextEngine/${object}`]);
      assert.deepEqual(rules({ exposure, authentication: { mode: 'bearer' } }), []);
      assert.deepEqual(rules({ exposure, authentication: { mode: 'none', reason: 'a network of one person' } }), []);
    }
  });
});
