import assert from 'node:assert/strict';
import { type Exposure, exposureObjects, outsidePeer } from '../../../components/kit/parts/exposure';
import type { AuthenticationSettings } from '../../../components/kit/settings/authentication';
import { attachmentConstraints } from '../../../components/kit/settings/exposure';
import { clusterSchema } from '../../../config/cluster';
import { validateObject } from '../../support/schemas';

const metadata = { name: 'notes', namespace: 'ns' };
const cluster = clusterSchema.parse({
  ingress: {},
  gateway: { name: 'gw', implementation: 'envoy-gateway', proxies: { namespace: 'gateways' } },
});
const host = {
  metadata,
  hostname: 'notes.example',
  rules: [{ path: '/', backend: { name: 'notes', port: 80 } }],
  after: ['service'],
};
const server = {
  key: 'external',
  metadata,
  selector: { app: 'notes' },
  ports: [{ name: 'http', port: 80, targetPort: 8080 }],
};
const described = (exposure: Exposure, authentication?: AuthenticationSettings) =>
  exposureObjects(exposure, authentication, cluster);
const kinds = (objects: ReturnType<typeof described>) =>
  Object.entries(objects).map(([key, { object }]) => `${key} ${object.kind}`);
const gatewayKeys: AuthenticationSettings = { mode: 'gateway', header: 'x-api-key', secretName: 'keys' };

describe('how servers are reached from outside', () => {
  it('is by one object of its kind each, and by none where nobody comes in', async () => {
    assert.deepEqual(described({ kind: 'none' }), {});
    const all = [
      described({ kind: 'ingress', hosts: [{ ...host, tlsSecret: 'tls' }] }),
      described({ kind: 'gateway', hosts: [host] }),
      described({ kind: 'nodePort', sourceRanges: ['192.0.2.0/24'], servers: [server] }),
      described({ kind: 'loadBalancer', sourceRanges: ['192.0.2.0/24'], servers: [server] }),
    ];
    await Promise.all(all.flatMap((objects) => Object.values(objects)).map(({ object }) => validateObject(object)));
    assert.deepEqual(all.map(kinds), [
      ['ingress Ingress'],
      ['route HTTPRoute'],
      ['external Service'],
      ['external Service'],
    ]);
    assert.deepEqual([all[0]?.ingress?.after, all[1]?.route?.after], [['service'], ['service']]);
  });

  it('has objects for each of several hosts', () => {
    const hosts = ['a', 'b'].map((key) => ({ ...host, key }));
    assert.deepEqual(kinds(described({ kind: 'gateway', hosts }, gatewayKeys)), [
      ...['route-a HTTPRoute', 'apiKeys-a SecurityPolicy'],
      ...['route-b HTTPRoute', 'apiKeys-b SecurityPolicy'],
    ]);
  });

  it('asks at the Gateway for what clients must show there, and keeps them on the pods of what scales', () => {
    const objects = described({ kind: 'gateway', hosts: [{ ...host, scaled: true }] }, gatewayKeys);
    assert.deepEqual(kinds(objects), ['route HTTPRoute', 'apiKeys SecurityPolicy', 'affinity BackendTrafficPolicy']);
    assert.deepEqual([objects.apiKeys?.after, objects.affinity?.after], [['route'], ['route']]);
    assert.deepEqual(kinds(described({ kind: 'ingress', hosts: [{ ...host, scaled: true }] })), ['ingress Ingress']);
  });

  it('says why nobody is asked for anything, at every object that lets somebody in', () => {
    const open: AuthenticationSettings = { mode: 'none', reason: 'nobody else is here' };
    const waivers = [{ rule: 'guarded-routes', reason: 'nobody else is here' }];
    const { route } = described({ kind: 'gateway', hosts: [host] }, open);
    const { external } = described({ kind: 'nodePort', sourceRanges: ['192.0.2.0/24'], servers: [server] }, open);
    assert.deepEqual([route?.waivers, external?.waivers], [waivers, waivers]);
    assert.equal(described({ kind: 'gateway', hosts: [host] }).route?.waivers, undefined);
  });

  it('throws where the cluster has nothing to attach to, which constraints say before', () => {
    const bare = clusterSchema.parse({});
    for (const kind of ['ingress', 'gateway'] as const) {
      assert.throws(() => exposureObjects({ kind, hosts: [host] }, undefined, bare));
      const unsatisfied = attachmentConstraints(['notes', 'exposure', 'kind'], kind, bare).filter(
        ({ satisfied }) => !satisfied,
      );
      assert.deepEqual(
        unsatisfied.map(({ path }) => path),
        [['notes', 'exposure', 'kind']],
      );
      assert.match(unsatisfied[0]?.expected ?? '', new RegExp(`cluster\\.${kind}`));
      assert.ok(attachmentConstraints([], kind, cluster).every(({ satisfied }) => satisfied));
    }
  });

  it('is known to network policies by where clients come from', () => {
    assert.equal(outsidePeer({ kind: 'none' }), undefined);
    assert.deepEqual(outsidePeer({ kind: 'gateway' }), { kind: 'gateway' });
    assert.deepEqual(outsidePeer({ kind: 'ingress' }), { kind: 'ingress-controller' });
    const cidrs = ['192.0.2.0/24'];
    assert.deepEqual(outsidePeer({ kind: 'nodePort', sourceRanges: cidrs }), { kind: 'addresses', cidrs });
  });
});
