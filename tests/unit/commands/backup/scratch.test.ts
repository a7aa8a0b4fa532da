import assert from 'node:assert/strict';
import { describeMemoryMcp } from '../../../../components/memory-mcp/objects';
import { parseStack } from '../../../../components/stack';
import { Interrupted } from '../../../../operate/base/failure';
import type { Api } from '../../../../operate/cluster/api';
import {
  createScratch,
  pullSecretsFor,
  scratchName,
  scratchObjects,
} from '../../../../operate/commands/backup/git/drill/scratch';
import { validateObject } from '../../../support/schemas';

function systemFor(memoryMcp: object) {
  const config = parseStack({ memoryMcp }, 'test');
  if (!config.memoryMcp) throw new Error('no memory-mcp');
  return describeMemoryMcp(config.memoryMcp, config.cluster);
}

const git = {
  remoteUrl: 'https://git.example.org/all.git',
  requireRemoteSync: true,
  scopes: [{ scope: 'work', url: 'https://git.example.org/work.git' }],
};
const otlp = { endpoint: 'http://collector.monitoring.svc:4317', required: true };
const system = systemFor({ git, authentication: { mode: 'bearer' }, server: { otlp } });
function objects(ends = new Date(Date.now() + 600_000)) {
  const [backup] = system.operations.backups;
  if (backup?.kind !== 'git') throw new Error('no backup');
  return scratchObjects(system, backup.drill, scratchName(system), ends);
}

describe('what a drill puts on a cluster', () => {
  it('is valid', async () => {
    const { configMaps, namespace, pod, policy } = objects();
    for (const object of [namespace, policy, ...configMaps, pod]) await validateObject(object);
  });

  it('is beside no pod, whatever the server of the system must be beside', () => {
    const { operations } = systemFor({ git, backup: { volume: {} } });
    const [backup] = operations.backups;
    assert.equal(backup?.kind === 'git' && 'affinity' in backup.drill.pod, false);
  });

  it('pulls its images with copies of the Secrets of the system, as far as there are any', async () => {
    const [backup] = system.operations.backups;
    if (backup?.kind !== 'git') throw new Error('no backup');
    const imagePullSecrets = [{ name: 'login' }, { name: 'missing' }];
    const metadata = { labels: { team: 'a', 'memory-fleet.dev/drill': 'other' }, annotations: { note: 'b' } };
    const facts = { ...backup.drill, pod: { ...backup.drill.pod, imagePullSecrets }, metadata };
    const { pod } = scratchObjects(system, facts, 'scratch', new Date());
    assert.equal((pod.metadata.labels as Record<string, string>).team, 'a');
    assert.equal(pod.metadata.labels['memory-fleet.dev/drill'], 'memory-mcp');
    assert.deepEqual(pod.metadata.annotations, { note: 'b' });
    const login = {
      metadata: { name: 'login', uid: 'x' },
      type: 'kubernetes.io/dockerconfigjson',
      data: { a: 'Yg==' },
    };
    const api: Api = {
      server: 'https://cluster.test',
      send: async (_, path) =>
        path === '/api/v1/namespaces/memory-mcp/secrets/login'
          ? { status: 200, body: JSON.stringify(login) }
          : { status: 404, body: '' },
    };
    assert.deepEqual(await pullSecretsFor(api, system, pod), [
      {
        ...{ apiVersion: 'v1', kind: 'Secret', type: login.type, data: login.data },
        metadata: { name: 'login', namespace: 'scratch' },
      },
    ]);
  });

  it('has a name that is new, tells what it is, and fits', () => {
    assert.match(scratchName(system), /^memory-mcp-drill-[0-9a-f]{8}$/);
    assert.notEqual(scratchName(system), scratchName(system));
    assert.ok(scratchName({ ...system, id: 'x'.repeat(63) }).length <= 63);
  });

  it('admits restricted pods alone, and lets nothing in or out', () => {
    const { namespace, policy } = objects();
    assert.equal(namespace.metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted');
    assert.deepEqual(policy.spec, { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  });

  it('says when it is over at the latest, and ends by itself then', () => {
    const ends = new Date(Date.now() + 600_000);
    const { namespace, pod } = objects(ends);
    assert.equal(namespace.metadata.annotations['memory-fleet.dev/drill-ends'], ends.toISOString());
    assert.ok(Math.abs(pod.spec.activeDeadlineSeconds - 600) <= 10);
  });

  it('is a server without remote, collector, Secret, claim, account or proxy, that waits for its files', () => {
    const { configMaps, pod } = objects();
    const text = JSON.stringify(pod);
    assert.doesNotMatch(text, /REMOTE|TOKEN|OTEL|OTLP|secretKeyRef|persistentVolumeClaim|serviceAccountName|proxy/);
    assert.match(text, /"automountServiceAccountToken":false/);
    assert.match(text, /MEMORY_MCP_BIND","value":"0\.0\.0\.0:8080"/);
    assert.equal(pod.spec.restartPolicy, 'Never');
    assert.deepEqual(
      pod.spec.initContainers?.map(({ name }) => name),
      ['intake'],
    );
    assert.match(JSON.stringify(configMaps), /scopes\/work/);
  });

  it('is not finished where the operator ends it', async () => {
    const sent: string[] = [];
    const interrupt = new AbortController();
    const api: Api = {
      server: 'https://cluster.test',
      send: async (method, path) => {
        sent.push(`${method} ${path.split('?')[0]}`);
        if (path.includes('serviceaccounts')) interrupt.abort();
        return path.includes('serviceaccounts') ? { status: 404, body: '' } : { status: 201, body: '{}' };
      },
    };
    await assert.rejects(createScratch(api, objects(), [], interrupt.signal), Interrupted);
    assert.ok(!sent.some((line) => line.startsWith('POST') && line.endsWith('/pods')));
  });
});
