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
const gatewayKeys: AuthenticationSettings = {
  mode: 'gateway',
  header: 'x-api-key',
  secretName: 'keys',
  cors: { origins: [] },
};

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
      ...['apiKeys-a SecurityPolicy', 'route-a HTTPRoute'],
      ...['apiKeys-b SecurityPolicy', 'route-b HTTPRoute'],
    ]);
  });

  it('asks at the Gateway for what clients must show there, and keeps them on the pods of what scales', () => {
    const objects = described({ kind: 'gateway', hosts: [{ ...host, scaled: true }] }, gatewayKeys);
    assert.deepEqual(kinds(objects), ['apiKeys SecurityPolicy', 'affinity BackendTrafficPolicy', 'route HTTPRoute']);
    // What is guarded by a policy is never open before it is there.
    assert.deepEqual(
      [objects.route?.after, objects.apiKeys?.after, objects.affinity?.after],
      [['service', 'apiKeys', 'affinity'], undefined, undefined],
    );
    assert.deepEqual(kinds(described({ kind: 'ingress', hosts: [{ ...host, scaled: true }] })), ['ingress Ingress']);
  });

  it('lets the scripts of named pages in at the Gateway, by the headers of MCP and with the key', async () => {
    const cors = { origins: ['https://chat.example'] };
    const { apiKeys } = described({ kind: 'gateway', hosts: [host] }, { ...gatewayKeys, cors });
    assert.ok(apiKeys?.object.kind === 'SecurityPolicy');
    await validateObject(apiKeys.object);
    assert.deepEqual(apiKeys.object.spec.cors?.allowOrigins, ['https://chat.example']);
    const asked = new Set(apiKeys.object.spec.cors?.allowHeaders);
    for (const header of ['x-api-key', 'Content-Type', 'Mcp-Session-Id', 'Mcp-Protocol-Version', 'Last-Event-ID']) {
      assert.ok(asked.has(header), header);
    }
    assert.ok(asked.has('Mcp-Method') && asked.has('Mcp-Name'));
    const closed = described({ kind: 'gateway', hosts: [host] }, gatewayKeys).apiKeys?.object;
    assert.ok(closed?.kind === 'SecurityPolicy' && closed.spec.cors === undefined);
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
