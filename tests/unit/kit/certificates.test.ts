import assert from 'node:assert/strict';
import { solverFlows } from '../../../components/kit/parts/acme-solver';
import { type Exposure, exposureObjects } from '../../../components/kit/parts/exposure';
import { networkPolicies } from '../../../components/kit/parts/network-policies';
import { type TlsSettings, tlsConstraints } from '../../../components/kit/settings/tls';
import { describeMemoryMcp } from '../../../components/memory-mcp/objects';
import { parseStack } from '../../../components/stack';
import type { DescribedObjects } from '../../../components/system/described';
import { clusterSchema } from '../../../config/cluster';
import { ownSelectors } from '../../../policies/rules/selectors';
import { objectOf } from '../../support/objects';
import { validateObject } from '../../support/schemas';

const facts = {
  ingress: { certificateIssuer: { name: 'cluster-ca' } },
  gateway: { name: 'gw', namespace: 'edge', proxies: { namespace: 'edge' } },
};
const cluster = clusterSchema.parse(facts);
const hosts = ['a', 'b'].map((key) => ({
  key,
  metadata: { name: `notes-${key}`, namespace: 'ns' },
  hostname: `${key}.example`,
  rules: [{ path: '/', backend: { name: 'notes', port: 80 } }],
  tlsSecret: `tls-${key}`,
  after: [],
}));
const letsEncrypt: TlsSettings = { source: 'certManager', issuer: 'letsencrypt', kind: 'ClusterIssuer' };

async function described(kind: 'ingress' | 'gateway', tls?: TlsSettings, change: Partial<Exposure> = {}) {
  const exposure = { kind, hosts, ...(tls ? { tls } : {}), ...change } as Exposure;
  const objects = exposureObjects(exposure, undefined, cluster);
  await Promise.all(Object.values(objects).map(({ object }) => validateObject(object)));
  return objects;
}

/** The annotations of cert-manager at the Ingress of the first host. */
async function asked(tls?: TlsSettings): Promise<Record<string, string>> {
  const { metadata } = objectOf<{ metadata: { annotations: Record<string, string> } }>(
    await described('ingress', tls),
    'ingress-a',
  );
  return Object.fromEntries(Object.entries(metadata.annotations).filter(([key]) => key.startsWith('cert-manager.io/')));
}

describe('the certificate of an exposed host', () => {
  it('is asked for by its Ingress: of the issuer of the cluster, of another one, or of nobody', async () => {
    assert.deepEqual(await asked(), { 'cert-manager.io/cluster-issuer': 'cluster-ca' });
    assert.deepEqual(await asked(letsEncrypt), { 'cert-manager.io/cluster-issuer': 'letsencrypt' });
    assert.deepEqual(await asked({ source: 'existing' }), {});
    assert.deepEqual(await asked({ source: 'certManager', issuer: 'step', kind: 'StepIssuer' }), {
      'cert-manager.io/issuer': 'step',
      'cert-manager.io/issuer-kind': 'StepIssuer',
      'cert-manager.io/issuer-group': 'certmanager.step.sm',
    });
  });

  it('vouches for itself in a trial, or an authority of one set for all hosts vouches for it', async () => {
    assert.deepEqual(await asked({ source: 'selfSigned' }), { 'cert-manager.io/issuer': 'notes-a-self-signed' });
    assert.deepEqual(await asked({ source: 'localAuthority' }), { 'cert-manager.io/issuer': 'notes-a-authority' });
    const objects = await described('ingress', { source: 'localAuthority' });
    assert.deepEqual(Object.keys(objects), [
      'selfSignedIssuer',
      'authority',
      'authorityIssuer',
      'ingress-a',
      'ingress-b',
    ]);
    const authority = objectOf<{ spec: Record<string, unknown> }>(objects, 'authority');
    assert.deepEqual([authority.spec.isCA, authority.spec.secretName], [true, 'notes-a-authority']);
    const issuer = objectOf<{ spec: object }>(objects, 'authorityIssuer');
    assert.deepEqual(issuer.spec, { ca: { secretName: 'notes-a-authority' } });
    assert.deepEqual(objects.authorityIssuer?.after, ['authority']);
  });

  it('is an object of its own for a Gateway, which is given leave to read its Secret', async () => {
    assert.deepEqual(Object.keys(await described('gateway')), ['route-a', 'route-b'], 'the listener has its own');
    const objects = await described('gateway', letsEncrypt);
    assert.deepEqual(Object.keys(objects), [
      ...['certificate-a', 'certificateGrant-a', 'certificate-b', 'certificateGrant-b'],
      ...['route-a', 'route-b'],
    ]);
    const { spec } = objectOf<{ spec: object }>(objects, 'certificate-a');
    assert.deepEqual(spec, {
      secretName: 'tls-a',
      dnsNames: ['a.example'],
      issuerRef: { group: 'cert-manager.io', name: 'letsencrypt', kind: 'ClusterIssuer' },
    });
    const grant = objectOf<{ spec: object }>(objects, 'certificateGrant-b');
    assert.deepEqual(grant.spec, {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'edge' }],
      to: [{ group: '', kind: 'Secret', name: 'tls-b' }],
    });
  });

  it('of a trial is not for production', () => {
    const refused = (source: string, production: boolean) =>
      tlsConstraints(['notes', 'exposure'], { kind: 'ingress', tls: { source } as TlsSettings }, { production }).some(
        ({ satisfied }) => !satisfied,
      );
    for (const source of ['selfSigned', 'localAuthority']) {
      assert.deepEqual([refused(source, true), refused(source, false)], [true, false], source);
    }
    assert.deepEqual([refused('existing', true), refused('certManager', true)], [false, false]);
  });
});

describe("cert-manager's pods that answer for a host name", () => {
  const dedicated = (tls: TlsSettings | undefined, kind: 'ingress' | 'gateway' = 'ingress') =>
    solverFlows({ kind, tls }, true, cluster).length;

  it('are reached where an issuer of others may be one of ACME', () => {
    assert.deepEqual([dedicated(letsEncrypt), dedicated(undefined), dedicated(letsEncrypt, 'gateway')], [1, 1, 1]);
    assert.deepEqual([dedicated({ source: 'existing' }), dedicated({ source: 'selfSigned' })], [0, 0]);
    assert.equal(dedicated(undefined, 'gateway'), 0, 'the listener has its own certificate');
    assert.equal(solverFlows({ kind: 'ingress', tls: letsEncrypt }, false, cluster).length, 0, 'others live there');
    assert.equal(solverFlows({ kind: 'none' }, true, cluster).length, 0);
  });

  it('are let in to by the entrance alone, at their port', async () => {
    const flows = solverFlows({ kind: 'ingress', tls: letsEncrypt }, true, cluster);
    const metadata = (name: string) => ({ name, namespace: 'ns' });
    const { policyAcmeSolver } = networkPolicies({ system: 'notes', metadata, ours: {}, flows, cluster });
    assert.ok(policyAcmeSolver);
    await validateObject(policyAcmeSolver.object);
    assert.deepEqual(policyAcmeSolver.object.spec, {
      podSelector: { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ingress-nginx' } },
              podSelector: {
                matchLabels: {
                  'app.kubernetes.io/name': 'ingress-nginx',
                  'app.kubernetes.io/component': 'controller',
                },
              },
            },
          ],
          ports: [{ protocol: 'TCP', port: 8089 }],
        },
      ],
    });
  });

  it('are nobody of ours to close in, in a namespace where others live', () => {
    const plan = (shared: boolean) => {
      const exposure = { kind: 'ingress', hostname: 'notes.example.org' };
      const config = parseStack({ cluster: facts, memoryMcp: { exposure, namespace: { name: 'n', shared } } }, 'test');
      assert.ok(config.memoryMcp);
      return describeMemoryMcp(config.memoryMcp, config.cluster);
    };
    const own = plan(false);
    const { object } = (own.objects as DescribedObjects).policyAcmeSolver ?? {};
    assert.ok(object);
    const faults = (objects: object) => ownSelectors.check(object, { objects, cluster } as never);
    assert.deepEqual(faults(own.objects), []);
    assert.ok(!('policyAcmeSolver' in plan(true).objects));
    assert.equal(faults(plan(true).objects).length, 1);
  });
});
