import assert from 'node:assert/strict';
import { type Examined, finding } from '../../../../operate/commands/doctor/check';
import { capacity } from '../../../../operate/commands/doctor/checks/capacity';
import { described } from '../../../support/good-plan';
import { systemWith } from '../../../support/objects';

const labels = { 'app.kubernetes.io/name': 'notes' };
const pod = (cpu: string, memory: string, more: object = {}) => ({
  containers: [{ name: 'c', resources: { requests: { cpu, memory } } }],
  ...more,
});
const template = (...args: Parameters<typeof pod>) => ({ metadata: { labels }, spec: pod(...args) });
const named = (name: string) => ({ metadata: { name, namespace: 'notes', labels } });
const tolerations = [{ key: 'dedicated', operator: 'Exists' }];

/** Two replicas and one anew beside them, a scheduled job, and the larger of two on demand: 4500m of CPU, 2304Mi. */
const plan = {
  systems: [
    systemWith({
      server: described('apps/v1', 'Deployment', {
        ...named('server'),
        spec: { replicas: 2, template: template('500m', '256Mi', { tolerations }) },
      }),
      backup: described('batch/v1', 'CronJob', {
        ...named('backup'),
        spec: { jobTemplate: { spec: { template: template('1', '1Gi') } } },
      }),
      restore: described('batch/v1', 'CronJob', {
        ...named('restore'),
        spec: { suspend: true, jobTemplate: { spec: { template: template('2', '512Mi') } } },
      }),
      drill: described('batch/v1', 'CronJob', {
        ...named('drill'),
        spec: { suspend: true, jobTemplate: { spec: { template: template('1', '128Mi') } } },
      }),
    }),
  ],
};
const node = (name: string, cpu: string, memory: string, spec: object = {}) => ({
  metadata: { name },
  spec,
  status: { allocatable: { cpu, memory } },
});
const running = (nodeName: string, cpu: string, memory: string, namespace = 'others', phase = 'Running') => ({
  metadata: { namespace, labels: namespace === 'notes' ? labels : {} },
  spec: { nodeName, ...pod(cpu, memory) },
  status: { phase },
});

/** What the check says of these nodes and pods, of CPU and of memory. */
async function said(nodes: readonly object[], pods: readonly object[] = []): Promise<string[]> {
  const list = async (path: string) => (path === '/api/v1/nodes' ? nodes : path === '/api/v1/pods' ? pods : []);
  const examined = { stack: { plan }, look: { list } } as unknown as Examined;
  const findings = await Promise.all(capacity(examined).map(finding));
  assert.deepEqual(
    findings.map(({ subject }) => subject),
    ['room for requests of CPU', 'room for requests of memory'],
  );
  return findings.map(({ found, status }) => `${status}: ${found}`);
}

describe('what doctor says of the room for a stack', () => {
  it('compares what it asks for at once with what its nodes have', async () => {
    assert.deepEqual(await said([node('a', '3', '2Gi'), node('b', '1500m', '1Gi')]), [
      'ok: 4500m CPU with everything at once, 4500m CPU on 2 nodes',
      'ok: 2304Mi of memory with everything at once, 3Gi of memory on 2 nodes',
    ]);
    assert.deepEqual(await said([node('a', '4499m', '2303Mi')]), [
      'warning: 4500m CPU with everything at once, 4499m CPU on 1 node',
      'warning: 2304Mi of memory with everything at once, 2303Mi of memory on 1 node',
    ]);
  });

  it('takes off what others ask for, and neither its own pods nor those that have ended', async () => {
    const nodes = [node('a', '5', '3Gi')];
    const [taken] = await said(nodes, [running('a', '600m', '1Gi')]);
    assert.equal(taken, 'warning: 4500m CPU with everything at once, 4400m CPU on 1 node');
    const [own] = await said(nodes, [running('a', '3', '1Gi', 'notes'), running('a', '3', '1Gi', 'x', 'Succeeded')]);
    assert.equal(own, 'ok: 4500m CPU with everything at once, 5 CPU on 1 node');
    const [elsewhere] = await said(nodes, [running('b', '3', '1Gi')]);
    assert.match(elsewhere ?? '', /^ok/);
  });

  it('names the largest pod where no single node has room for it', async () => {
    const small = ['a', 'b', 'c', 'd'].map((name) => node(name, '1900m', '4Gi'));
    assert.equal((await said(small))[0], 'warning: CronJob restore asks for 2 CPU, and no node has so much');
  });

  it('counts the nodes that take its pods alone', async () => {
    const barred = { taints: [{ key: 'gpu', effect: 'NoSchedule' }] };
    const allowed = {
      taints: [
        { key: 'dedicated', effect: 'NoSchedule' },
        { key: 'x', effect: 'PreferNoSchedule' },
      ],
    };
    const nodes = [node('a', '9', '9Gi', { unschedulable: true }), node('b', '9', '9Gi', barred)];
    assert.match((await said(nodes))[0] ?? '', /^warning: .* 0 CPU on 0 nodes$/);
    assert.match((await said([...nodes, node('c', '9', '9Gi', allowed)]))[0] ?? '', /^ok: .* 9 CPU on 1 node$/);
  });
});
