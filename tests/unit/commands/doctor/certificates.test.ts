import assert from 'node:assert/strict';
import { generate } from 'selfsigned';
import { type Check, type Examined, finding } from '../../../../operate/commands/doctor/check';
import { certificates } from '../../../../operate/commands/doctor/checks/certificates';
import { issuers } from '../../../../operate/commands/doctor/checks/issuers';
import { planWith } from '../../../support/unit/pods';

const host = 'notes.lab.example.org';
const secret = '/api/v1/namespaces/memory-mcp/secrets/memory-mcp-tls';
const asked = '/apis/cert-manager.io/v1/namespaces/memory-mcp/certificates/memory-mcp-tls';

/** What a check says of a memory-mcp behind an Ingress, on a cluster that has these objects by their paths. */
async function said(check: Check, there: Readonly<Record<string, unknown>>, tls?: object, facts: object = {}) {
  const exposure = { kind: 'ingress', hostname: host, ...(tls ? { tls } : {}) };
  const examined = {
    stack: { plan: planWith({ ingress: facts }, { memoryMcp: { exposure } }) },
    look: { at: async (path: string) => there[path] },
  } as unknown as Examined;
  const found = await Promise.all(check(examined).map(finding));
  return found.map(({ found: words, remedy, status, subject }) => ({ subject, said: `${status}: ${words}`, remedy }));
}

/** @param days that are left of those that it lasts */
async function certified(name: string, days: number, of: number): Promise<object> {
  const at = (offset: number) => new Date(Date.now() + offset * 86_400_000);
  const { cert } = await generate([{ name: 'commonName', value: name }], {
    notBeforeDate: at(days - of),
    notAfterDate: at(days),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { data: { 'tls.crt': Buffer.from(cert).toString('base64') } };
}

describe('the certificate of a host name', () => {
  const existing = async (certificate: object | undefined) =>
    (await said(certificates, certificate ? { [secret]: certificate } : {}))[0]?.said ?? '';

  it('is for that name, and neither has ended nor ends soon, once it is there', async () => {
    assert.match(await existing(await certified('*.lab.example.org', 60, 90)), /^ok: /);
    assert.match(await existing(await certified('lab.example.org', 60, 90)), /^missing: .*not for notes\.lab/);
    assert.match(await existing(await certified(host, -1, 90)), /^missing: .*has ended on/);
    assert.match(await existing(await certified(host, 13, 365)), /^warning: .*ends on/);
    assert.match(await existing(await certified(host, 15, 365)), /^ok/);
    // A short one is renewed late: six days of ten are no reason to worry, one is.
    assert.match(await existing(await certified(host, 6, 10)), /^ok/);
    assert.match(await existing(await certified(host, 1, 10)), /^warning/);
    const garbage = { data: { 'tls.crt': Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64') } };
    assert.equal(await existing(garbage), 'missing: entry tls.crt of Secret memory-mcp-tls is no certificate');
    assert.equal(await existing(undefined), 'ok: Secret memory-mcp-tls has none yet');
  });

  it('is awaited from cert-manager by what that says of it', async () => {
    const facts = { certificateIssuer: { name: 'ca' } };
    const message = 'Issuing certificate as Secret does not exist';
    const conditions = [{ type: 'Ready', status: 'False', message }];
    const [waiting] = await said(certificates, { [asked]: { status: { conditions } } }, undefined, facts);
    assert.equal(waiting?.said, `warning: Secret memory-mcp-tls has none: ${message}`);
    assert.match(
      waiting?.remedy ?? '',
      /kubectl -n memory-mcp describe certificate,certificaterequest,order,challenge/,
    );
    const [nobody] = await said(certificates, {}, { source: 'selfSigned' });
    assert.equal(nobody?.said, 'ok: Secret memory-mcp-tls has none yet, and nobody has been asked for one');
  });

  it('of cert-manager is watched like any other', async () => {
    const facts = { certificateIssuer: { name: 'ca' } };
    const [late] = await said(certificates, { [secret]: await certified(host, 13, 90) }, undefined, facts);
    assert.match(late?.said ?? '', /^warning: .*ends on/);
    assert.match(late?.remedy ?? '', /describe certificate/);
  });
});

describe('the issuer of a certificate', () => {
  const at = {
    Issuer: '/apis/cert-manager.io/v1/namespaces/memory-mcp/issuers/ca',
    ClusterIssuer: '/apis/cert-manager.io/v1/clusterissuers/ca',
    StepClusterIssuer: '/apis/certmanager.step.sm/v1beta1/stepclusterissuers/ca',
    StepIssuer: '/apis/certmanager.step.sm/v1beta1/namespaces/memory-mcp/stepissuers/ca',
  };
  const ready = { status: { conditions: [{ type: 'Ready', status: 'True', message: 'Signing CA verified' }] } };

  it('is where its kind is, and ready', async () => {
    for (const [kind, path] of Object.entries(at)) {
      for (const [tls, facts] of [
        [{ source: 'certManager', issuer: 'ca', kind }, {}],
        [undefined, { certificateIssuer: { name: 'ca', kind } }],
      ] as const) {
        assert.equal((await said(issuers, { [path]: ready }, tls, facts))[0]?.said, 'ok: Signing CA verified', kind);
        const elsewhere = Object.fromEntries(
          Object.values(at).flatMap((each) => (each === path ? [] : [[each, ready]])),
        );
        assert.equal((await said(issuers, elsewhere, tls, facts))[0]?.said, 'missing: there is none', kind);
      }
    }
  });

  it('says why it is not ready', async () => {
    const conditions = [{ type: 'Ready', status: 'False', message: 'Failed to register ACME account' }];
    const tls = { source: 'certManager', issuer: 'ca' };
    const [found] = await said(issuers, { [at.ClusterIssuer]: { status: { conditions } } }, tls);
    assert.equal(found?.said, 'warning: not ready: Failed to register ACME account');
    assert.equal(found?.remedy, 'kubectl describe clusterissuer ca');
    const inside = { ...tls, kind: 'StepIssuer' };
    const [own] = await said(issuers, { [at.StepIssuer]: { status: { conditions } } }, inside);
    assert.equal(own?.remedy, 'kubectl -n memory-mcp describe stepissuer ca');
  });

  it('is none where somebody else brings the certificate, and need not be there before `up` has made it', async () => {
    const facts = { certificateIssuer: { name: 'ca' } };
    assert.deepEqual(await said(issuers, {}, { source: 'existing' }, facts), []);
    const [own] = await said(issuers, {}, { source: 'selfSigned' }, facts);
    assert.deepEqual([own?.subject, own?.said], ['Issuer memory-mcp-self-signed', 'ok: not there yet: `up` makes it']);
  });
});
