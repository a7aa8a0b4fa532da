import assert from 'node:assert/strict';
import type { DescribedObjects } from '../../../components/system/described';
import { validateObject } from '../../support/schemas';
import { describedInstance, facts } from '../../support/unit/personal-knowledge';

const hostname = 'k.example.org';
const authentication = { mode: 'bearer' };
const gateway = { ...facts.gateway, namespace: 'gateways', streamTimeouts: true };

/** What lets users in, and its certificate, by kinds. */
async function openings(exposure: object, cluster: object, more: object = {}) {
  const { objects, operations } = describedInstance({ exposure, authentication, ...more }, 'work', cluster);
  const kinds = ['Ingress', 'HTTPRoute', 'Certificate', 'ReferenceGrant', 'Issuer', 'Middleware'];
  const found = Object.values<DescribedObjects[string]>(objects).filter(({ object }) => kinds.includes(object.kind));
  for (const { object } of found) await validateObject(object);
  const [http, sse] = operations.servers.map(({ endpoint: { url } }) => url);
  return { urls: [http, sse], found: found.map(({ object }) => object as unknown as Record<string, unknown>) };
}

describe('how an instance of Personal Knowledge MCP is reached', () => {
  const urls = [`https://${hostname}/api/v1/mcp`, `https://${hostname}/api/v1/sse`];

  it('is through a Gateway by the paths of its guide, with streams that stay open', async () => {
    const { found, urls: told } = await openings({ kind: 'gateway', hostname }, { ...facts, gateway });
    assert.deepEqual(told, urls);
    const rule = (type: string, value: string) => ({
      matches: [{ path: { type, value } }],
      // The port of the Service, behind which the proxy listens.
      backendRefs: [{ group: '', kind: 'Service', name: 'pk-mcp-service', port: 3001, weight: 1 }],
      timeouts: { request: '0s', backendRequest: '0s' },
    });
    assert.deepEqual(
      found.map(({ kind, spec }) => [kind, spec]),
      [
        [
          'HTTPRoute',
          {
            parentRefs: [
              {
                group: 'gateway.networking.k8s.io',
                kind: 'Gateway',
                name: 'public',
                namespace: 'gateways',
                sectionName: 'https',
              },
            ],
            hostnames: [hostname],
            rules: [rule('Exact', '/health'), rule('PathPrefix', '/api/v1')],
          },
        ],
      ],
    );
  });

  it('has a certificate of its own for the listener, which may read it', async () => {
    const tls = { source: 'certManager', issuer: 'letsencrypt' };
    const { found } = await openings({ kind: 'gateway', hostname, tls }, { ...facts, gateway });
    const byKind = Object.fromEntries(found.map((object) => [object.kind, object]));
    assert.deepEqual(Object.keys(byKind).sort(), ['Certificate', 'HTTPRoute', 'ReferenceGrant']);
    const { dnsNames, issuerRef, secretName } = (byKind.Certificate?.spec ?? {}) as Record<string, unknown>;
    assert.deepEqual(
      [dnsNames, issuerRef, secretName],
      [[hostname], { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'letsencrypt' }, 'pk-mcp-tls'],
    );
    assert.deepEqual(byKind.ReferenceGrant?.spec, {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'gateways' }],
      to: [{ group: '', kind: 'Secret', name: 'pk-mcp-tls' }],
    });
  });

  it('is through ingress-nginx and Traefik by the same paths', async () => {
    for (const implementation of ['nginx', 'traefik']) {
      const cluster = { ...facts, ingress: { implementation, certificateIssuer: { name: 'letsencrypt' } } };
      const { found, urls: told } = await openings({ kind: 'ingress', hostname }, cluster, {
        server: { sessionSeconds: 3600 },
      });
      assert.deepEqual(told, urls);
      const [{ kind, metadata, spec } = {}, ...others] = found;
      assert.deepEqual([kind, others], ['Ingress', []]);
      const backend = { service: { name: 'pk-mcp-service', port: { number: 3001 } } };
      assert.deepEqual((spec as { rules: unknown }).rules, [
        {
          host: hostname,
          http: {
            paths: [
              { path: '/health', pathType: 'Exact', backend },
              { path: '/api/v1', pathType: 'Prefix', backend },
            ],
          },
        },
      ]);
      assert.deepEqual((spec as { tls: unknown }).tls, [{ hosts: [hostname], secretName: 'pk-mcp-tls' }]);
      const { annotations } = metadata as { annotations: Record<string, string> };
      assert.equal(annotations['cert-manager.io/cluster-issuer'], 'letsencrypt');
      const nginx = (name: string) => annotations[`nginx.ingress.kubernetes.io/${name}`];
      // A stream may be silent for as long as its session lives; the server takes no longer body than 100 kB.
      assert.deepEqual(
        [nginx('proxy-read-timeout'), nginx('proxy-send-timeout'), nginx('proxy-buffering')],
        implementation === 'nginx' ? ['3600', '3600', 'off'] : [undefined, undefined, undefined],
      );
    }
  });
});
