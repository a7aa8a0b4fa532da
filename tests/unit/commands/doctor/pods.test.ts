import assert from 'node:assert/strict';
import { type Examined, finding } from '../../../../operate/commands/doctor/check';
import { pods } from '../../../../operate/commands/doctor/checks/pods';
import { planWith } from '../../../support/unit/pods';

const own = { memoryMcp: { image: 'registry.example.org/memory-mcp:1', imageArchitectures: ['amd64', 'arm64'] } };

/** What the check says of a cluster that has these objects and lists, by their paths. */
async function said(cluster: object, there: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  const examined = {
    stack: { plan: planWith(cluster, own) },
    look: {
      at: async (path: string) => there[path],
      list: async (path: string) => there[path] ?? [],
    },
  } as unknown as Examined;
  const findings = await Promise.all(pods(examined).map(finding));
  return Object.fromEntries(findings.map(({ found, status, subject }) => [subject, `${status}: ${found}`]));
}

describe('what doctor says of pods', () => {
  it('names a class that is not there', async () => {
    const cluster = { pods: { priorityClassName: 'important' } };
    const absent = await said(cluster, {});
    assert.match(absent['PriorityClass important'] ?? '', /^missing: there is none/);
    const there = await said(cluster, { '/apis/scheduling.k8s.io/v1/priorityclasses/important': {} });
    assert.equal(there['PriorityClass important'], 'ok: there');
    const plain = Object.keys(await said({}, {}));
    assert.ok(!plain.some((subject) => subject.startsWith('PriorityClass') || subject.startsWith('RuntimeClass')));
  });

  it('counts the nodes that pods may run on', async () => {
    const node = (labels: object, spec = {}) => ({ metadata: { name: 'n', labels }, spec });
    const subject = 'nodes with pool=agents, kubernetes.io/arch=amd64|arm64';
    const count = async (...nodes: object[]) =>
      (await said({ pods: { nodeSelector: { pool: 'agents' } } }, { '/api/v1/nodes': nodes }))[subject];
    const fitting = { pool: 'agents', 'kubernetes.io/arch': 'arm64' };
    assert.equal(await count(node(fitting), node({ ...fitting, pool: 'other' }), node({ pool: 'agents' })), 'ok: 1');
    assert.equal(await count(node(fitting, { unschedulable: true })), 'warning: none that takes pods');
  });

  it('finds a quota that refuses pods without CPU limits', async () => {
    const quotas = { '/api/v1/namespaces/memory-mcp/resourcequotas': [quota({ 'limits.cpu': '4' })] };
    const subject = 'CPU limits in namespace memory-mcp';
    assert.match((await said({}, quotas))[subject] ?? '', /^missing: ResourceQuota team asks every container for one/);
    assert.equal((await said({ pods: { cpuLimitRatio: 2 } }, quotas))[subject], undefined);
    const given = [{ metadata: { name: 'r' }, spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } }];
    const ranged = await said({}, { ...quotas, '/api/v1/namespaces/memory-mcp/limitranges': given });
    assert.equal(ranged[subject], 'ok: a LimitRange gives them to containers without');
    const ranges = [
      { metadata: { name: 'r' }, spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '4' } }] } },
    ];
    const ratio = await said({}, { '/api/v1/namespaces/memory-mcp/limitranges': ranges });
    assert.match(ratio[subject] ?? '', /^missing: LimitRange r asks every container for one/);
    const other = { '/api/v1/namespaces/memory-mcp/resourcequotas': [quota({ 'requests.cpu': '4' })] };
    assert.equal((await said({}, other))[subject], 'ok: nothing asks for them');
  });
});

function quota(hard: object) {
  return { metadata: { name: 'team' }, spec: { hard } };
}
