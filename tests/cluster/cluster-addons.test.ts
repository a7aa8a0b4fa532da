import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import { ComponentResource } from '@pulumi/pulumi';
import { exposureObjects } from '../../components/kit/parts/exposure';
import type { TlsSettings } from '../../components/kit/settings/tls';
import { registerObjects } from '../../components/register/objects';
import { describeStack, parseStack } from '../../components/stack';
import type { DescribedObjects } from '../../components/system/described';
import { clusterSchema } from '../../config/cluster';
import { fleetHomeAt } from '../../operate/base/fleet-home';
import { nothingChanged, type OpenStack, openStack } from '../../operate/engine';
import {
  apiWarnings,
  controlPlane,
  ensureNamespace,
  live,
  projectDir,
  removeIssuers,
  removeNamespace,
} from '../support/cluster/control-plane';
import { withDefinitions } from '../support/cluster/with-definitions';

const namespace = 'certified';
const facts = {
  ingress: {},
  gateway: { name: 'gw', namespace: 'edge', proxies: { namespace: 'edge' } },
};
const token = { secretName: 'dns', secretKey: 'token' };
const byDns = (dns: object) => ({ type: 'acme', solver: { challenge: 'dns01', dns } });

/** One issuer of every kind that cert-manager itself has. */
const issuers = {
  ingress: { type: 'acme', directory: 'production', email: 'ops@fleet.dev' },
  gateway: { type: 'acme', solver: { challenge: 'http01', through: 'gateway', section: 'web' } },
  cloudflare: byDns({ provider: 'cloudflare', token }),
  digitalocean: byDns({ provider: 'digitalocean', token }),
  route53: byDns({
    provider: 'route53',
    region: 'eu-central-1',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: token,
  }),
  rfc2136: byDns({ provider: 'rfc2136', nameserver: '192.0.2.53:53', keyName: 'acme.', key: token }),
  own: { type: 'ca', secretName: 'root' },
  trial: { type: 'selfSigned' },
};

/** The certificates of hosts of both entrances, from every source. */
function certificates(): DescribedObjects {
  const sources: Readonly<Record<string, TlsSettings>> = {
    issued: { source: 'certManager', issuer: 'ingress', kind: 'ClusterIssuer' },
    stepped: { source: 'certManager', issuer: 'step', kind: 'StepIssuer' },
    authority: { source: 'localAuthority' },
  };
  const of = (kind: 'ingress' | 'gateway', name: string, tls: TlsSettings) => {
    const host = {
      metadata: { name: `${kind}-${name}`, namespace },
      hostname: `${name}.${kind}.example`,
      rules: [{ path: '/health', isExact: true, backend: { name: 'notes', port: 80 } }],
      tlsSecret: `${kind}-${name}-tls`,
      traffic: { silenceSeconds: 1800, bodyBytes: 102_400 },
      after: [],
    };
    const objects = exposureObjects({ kind, hosts: [host], tls }, undefined, clusterSchema.parse(facts));
    const named = (key: string) => `${kind}-${name}-${key}`;
    return Object.entries(objects).map(([key, { after = [], ...rest }]) => [
      named(key),
      { ...rest, after: after.map(named) },
    ]);
  };
  return Object.fromEntries(
    (['ingress', 'gateway'] as const).flatMap((kind) =>
      Object.entries(sources).flatMap(([name, tls]) => of(kind, name, tls)),
    ),
  );
}

function described(): DescribedObjects {
  const [addons] = describeStack(parseStack({ cluster: facts, clusterAddons: { issuers } }, 'certified')).systems;
  assert.ok(addons);
  return { ...addons.objects, ...certificates() };
}

describe('issuers and certificates on a real control plane', () => {
  let stack: OpenStack;
  let removeDefinitions: () => Promise<void>;

  before(async () => {
    const kinds = ['certificates', 'issuers'].map((plural) => `${plural}.cert-manager.io`);
    removeDefinitions = await withDefinitions(...kinds, 'referencegrants.gateway.networking.k8s.io');
    await ensureNamespace(namespace);
    const { cluster: running, folder, tools } = controlPlane();
    stack = await openStack({
      stack: 'local',
      home: fleetHomeAt(folder),
      tools,
      projectDir,
      kubeconfig: running.kubeconfig,
      stateDir: join(folder, 'state', 'certified'),
      program: async () => {
        const provider = new k8s.Provider('cluster', { clusterIdentifier: 'certified' });
        const parent = new ComponentResource('memory-fleet:test:Addons', 'addons', {}, { providers: [provider] });
        registerObjects('addons', described(), parent, () => undefined);
      },
    });
  });
  after(async () => {
    await removeNamespace(namespace);
    await removeIssuers();
    await removeDefinitions?.();
  });

  it('draw no warning and no objection from the API server, by the definitions of cert-manager itself', async () => {
    assert.deepEqual(await apiWarnings(Object.values(described()).map(({ object }) => object)), []);
  });

  it('are put up, are what the API server then has, and are the same a second time', async () => {
    const objects = Object.values(described());
    const { changes, warnings } = await stack.up();
    assert.deepEqual([changes, warnings], [{ create: objects.length + 3 }, []]);
    for (const { object } of objects) {
      const found = await live<{ apiVersion: string; kind: string; metadata: { name: string }; spec?: unknown }>(
        object,
      );
      // What a definition does not know the API server leaves out without a word.
      if (/Issuer$|^Certificate$/.test(object.kind)) {
        assert.deepEqual(found?.spec, (object as { spec?: unknown }).spec, `${object.kind} ${object.metadata.name}`);
      } else assert.ok(found, `${object.kind} ${object.metadata.name}`);
    }
    const again = await stack.up();
    assert.ok(nothingChanged(again.changes), JSON.stringify(again.changes));
  });
});
