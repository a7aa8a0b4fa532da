import assert from 'node:assert/strict';
import type { FieldJudge } from '../../../../components/system/production';
import type { Answer } from '../../../../operate/commands/doctor/check';
import { fieldVerdict, outputVerdict, valueAt } from '../../../../operate/commands/doctor/production/brought';
import { versionAnswer } from '../../../../operate/commands/doctor/production/infrastructure';
import { reportPage } from '../../../../operate/commands/doctor/production/markdown';
import { logsAnswer } from '../../../../operate/commands/doctor/production/monitoring';
import { type Node, nodesAnswer, sizesAnswer, takesPods } from '../../../../operate/commands/doctor/production/nodes';
import { verdict, yours } from '../../../../operate/commands/doctor/production/point';
import { backupAnswer, drillAnswer } from '../../../../operate/commands/doctor/production/reliability';
import { autoscalerFault, usageAnswer } from '../../../../operate/commands/doctor/production/scaling';
import { ageInDays } from '../../../../operate/commands/doctor/production/secret-age';
import { type NodeStats, usagesOf } from '../../../../operate/commands/doctor/production/usage';
import type { Finding } from '../../../../operate/report/report';
import { planned } from '../../../support/objects';

const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status);

describe('a point of the production checklist', () => {
  it('is not good where nobody could look', async () => {
    const found = await verdict({ subject: 's', answer: () => Promise.reject(new Error('403')) });
    assert.equal(found.status, 'missing');
    assert.match(found.found, /could not be looked at: 403/);
  });

  it('takes Kubernetes from 1.23 on', () => {
    const said = statuses(
      ['v1.22.17', 'v1.23.0', 'v1.34.1+k3s1', 'v1.9.3', '1.27.3-gke.100', 'v2.0.0'].map(versionAnswer),
    );
    assert.deepEqual(said, ['missing', 'ok', 'ok', 'missing', 'ok', 'ok']);
  });
});

describe('nodes of the production checklist', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
  const node = (spec: Node['spec'] = {}, status: Node['status'] = ready): Node => ({
    metadata: { name: 'n' },
    ...{ spec, status },
  });
  const controlPlane = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

  it('count where they are ready and take pods of the stack', () => {
    assert.ok(takesPods(node(), []));
    assert.ok(!takesPods(node({}, { conditions: [{ type: 'Ready', status: 'Unknown' }] }), []));
    assert.ok(!takesPods(node({ unschedulable: true }), []));
    assert.ok(!takesPods(node({ taints: [controlPlane] }), []));
    assert.ok(takesPods(node({ taints: [{ key: 'busy', effect: 'PreferNoSchedule' }] }), []));
    const own = { key: 'for', value: 'memory', effect: 'NoSchedule' };
    assert.ok(takesPods(node({ taints: [own] }), [{ key: 'for', operator: 'Equal', value: 'memory' }]));
    assert.ok(takesPods(node({ taints: [own] }), [{ key: 'for', operator: 'Exists' }]));
    assert.ok(!takesPods(node({ taints: [own] }), [{ key: 'for', operator: 'Equal', value: 'others' }]));
    assert.ok(!takesPods(node({ taints: [own] }), [{ key: 'for', operator: 'Exists', effect: 'NoExecute' }]));
  });

  it('are three, as large as machines that are sold with 16 GB and 4 cores', () => {
    assert.deepEqual(statuses([nodesAnswer([node(), node()]), nodesAnswer([node(), node(), node()])]), [
      'missing',
      'ok',
    ]);
    const sized = (cpu: string, memory: string) => sizesAnswer([node({}, { ...ready, capacity: { cpu, memory } })]);
    // What m5.xlarge of EC2, e2-standard-4 of GKE and Standard_D4s_v5 of AKS report.
    for (const memory of ['15896988Ki', '16393212Ki', '16375508Ki'])
      assert.equal(sized('4', memory).status, 'ok', memory);
    assert.equal(sized('3920m', '16Gi').status, 'missing');
    assert.equal(sized('8', '7822988Ki').status, 'missing');
    assert.equal(sizesAnswer([]).status, 'missing');
  });
});

describe('autoscalers of the production checklist', () => {
  const autoscaler = planned({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'api', namespace: 'n' },
    spec: { minReplicas: 3, maxReplicas: 20, scaleTargetRef: { kind: 'Deployment', name: 'api' } },
  }) as Parameters<typeof autoscalerFault>[0];
  const live = (
    spec: object,
    conditions: readonly object[] = [{ type: 'ScalingActive', status: 'True' }],
    replicas = 3,
  ) =>
    autoscalerFault(autoscaler, {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'api' } },
      spec: { minReplicas: 3, maxReplicas: 20, ...spec },
      status: { currentReplicas: replicas, conditions },
    } as never);

  it('are there as planned and see their load', () => {
    assert.equal(live({}), undefined);
    assert.match(autoscalerFault(autoscaler, undefined) ?? '', /is not there/);
    assert.match(live({ maxReplicas: 10 }) ?? '', /from 3 to 10, and 3 to 20 is planned/);
    assert.match(live({ minReplicas: 1 }) ?? '', /from 1 to 20/);
    const message = 'the HPA was unable to compute the replica count';
    assert.match(live({}, [{ type: 'ScalingActive', status: 'False', message }]) ?? '', /unable to compute/);
    assert.match(live({}, []) ?? '', /nobody has looked at it yet/);
    const limited = [
      { type: 'ScalingActive', status: 'True' },
      { type: 'ScalingLimited', status: 'True' },
    ];
    assert.equal(live({}, limited), undefined, 'at its least');
    assert.match(live({}, limited, 20) ?? '', /at its 20 pods and wants more/);
  });
});

describe('volumes of the production checklist', () => {
  const claim = { name: 'data', namespace: 'n' };
  // As kubelets answer at /stats/summary.
  const stats = (volume: object) =>
    ({ pods: [{ volume: [{ name: 'tmp' }, { pvcRef: claim, ...volume }] }] }) as NodeStats;
  const share = (volume: object) => usageAnswer([claim], usagesOf(stats(volume)));

  it('are told by the kubelet, of their bytes or of their inodes', () => {
    assert.equal(share({ usedBytes: 69, capacityBytes: 100 }).status, 'ok');
    assert.deepEqual(share({ usedBytes: 71, capacityBytes: 100 }).found, 'data 71 %');
    assert.equal(share({ usedBytes: 71, capacityBytes: 100 }).status, 'missing');
    assert.equal(share({ usedBytes: 1, capacityBytes: 100, inodes: 10, inodesUsed: 8 }).status, 'missing');
  });

  it('are not good where none is told of, or only those of others', () => {
    assert.equal(usageAnswer([claim], []).status, 'missing');
    assert.equal(
      usageAnswer([{ name: 'data', namespace: 'other' }], usagesOf(stats({ usedBytes: 1, capacityBytes: 2 }))).status,
      'missing',
    );
  });
});

describe('the age of a Secret', () => {
  const now = Date.parse('2026-11-29T00:00:00Z');
  const age = (...managedFields: readonly object[]) =>
    ageInDays({ metadata: { creationTimestamp: '2026-01-01T00:00:00Z', managedFields } as never }, now);

  it('is that of its data, not of its labels', () => {
    assert.equal(age({ time: '2026-11-19T00:00:00Z', fieldsV1: { 'f:data': {} } }), 10);
    assert.equal(age({ time: '2026-11-28T00:00:00Z', fieldsV1: { 'f:metadata': {} } }), 332);
    assert.equal(
      age(
        { time: '2026-02-01T00:00:00Z', fieldsV1: { 'f:data': {} } },
        { time: '2026-11-27T12:00:00Z', fieldsV1: { 'f:data': {} } },
      ),
      1,
    );
  });
});

describe('backups of the production checklist', () => {
  const state = (subject: string, status: Finding['status']): Finding => ({ subject, status, found: 'f', remedy: 'r' });

  it('are good when each is, their drills apart', () => {
    const states = [state('rae CronJob b', 'ok'), state('rae data', 'ok'), state('rae drill of data', 'missing')];
    assert.equal(backupAnswer(states).status, 'ok');
    assert.equal(drillAnswer(states).status, 'missing');
    assert.equal(backupAnswer([...states, state('graph', 'missing')]).status, 'missing');
  });

  it('that nothing notes a drill of are for a person, and none at all is no concern', () => {
    assert.equal(drillAnswer([state('memories', 'ok')]).status, 'yours');
    assert.equal(drillAnswer([]).status, 'skipped');
  });
});

describe('log collection', () => {
  it('is known by the DaemonSet of a collector, else a person knows', () => {
    const named = (...names: string[]) => logsAnswer(names.map((name) => ({ metadata: { name } }))).status;
    for (const name of ['promtail', 'loki-promtail', 'alloy', 'fluent-bit', 'vector', 'filebeat-filebeat', 'datadog'])
      assert.equal(named('kube-proxy', name), 'ok', name);
    assert.equal(named('kube-proxy', 'node-exporter', 'vectorizer'), 'yours');
  });
});

describe('a point that a system brings', () => {
  const object = {
    spec: { replicas: 3, containers: [{ name: 'a' }, { name: 'api', env: [{ name: 'X', value: 'true' }] }] },
  };
  const judge = (wanted: FieldJudge['wanted']): FieldJudge => ({
    ...{ kind: 'field', object: { apiVersion: 'v1', kind: 'K', name: 'k' }, path: [] },
    ...{ wanted, remedy: 'mend it' },
  });

  it('finds a field by its keys, and items of lists by what they have', () => {
    assert.equal(valueAt(object, ['spec', 'replicas']), 3);
    assert.equal(valueAt(object, ['spec', 'containers', { name: 'api' }, 'env', { name: 'X' }, 'value']), 'true');
    assert.equal(valueAt(object, ['spec', 'containers', { name: 'b' }, 'env']), undefined);
    assert.equal(valueAt(object, ['spec', { name: 'b' }]), undefined);
  });

  it('compares it, as a value or as a least number', () => {
    assert.equal(fieldVerdict('K k', 'true', judge({ is: 'true' })).status, 'ok');
    assert.equal(fieldVerdict('K k', true, judge({ is: 'true' })).status, 'missing');
    assert.equal(fieldVerdict('K k', undefined, judge({ is: 'true' })).found, 'K k says nothing, not "true"');
    assert.equal(fieldVerdict('K k', 3, judge({ atLeast: 3 })).status, 'ok');
    assert.deepEqual(statuses([2, '3', undefined].map((value) => fieldVerdict('K k', value, judge({ atLeast: 3 })))), [
      'missing',
      'missing',
      'missing',
    ]);
  });

  it('reads the output of a command, and shows it where it is another', () => {
    const command = {
      ...{ kind: 'command' as const, pods: {}, container: 'redis', command: [], matches: '^appendonly\\s+yes$' },
      ...{ found: 'appendonly is on', remedy: 'mend it' },
    };
    assert.equal(outputVerdict('redis-0', 'appendonly\nyes\n', command).found, 'appendonly is on (asked in redis-0)');
    assert.equal(outputVerdict('redis-0', 'appendonly\nno\n', command).found, 'redis-0 says: appendonly no');
  });
});

describe('the report to keep', () => {
  const occasion = {
    stack: 'prod',
    systems: ['one', 'two'],
    cluster: { server: 'https://10.0.0.1:6443', uid: 'u', version: 'v1.35.0' },
    date: new Date('2026-11-29T04:05:06Z'),
  };
  const page = reportPage(occasion, [
    { topic: 'infrastructure', findings: [{ subject: 'nodes', status: 'ok', found: '3: a, b, c' }] },
    {
      topic: 'cost',
      findings: [
        { subject: 'quota', status: 'missing', found: 'a | b\nc', remedy: 'set <it>' },
        { subject: 'bills', ...yours('nobody knows', 'look') },
        { subject: 'none', status: 'skipped', found: 'no such thing', remedy: 'nothing' },
      ],
    },
  ]);

  it('says when, of what and where it was made, and how it came out', () => {
    assert.match(page, /^# Production checklist of stack prod\n/);
    assert.match(page, /\| date \| 2026-11-29 04:05:06 UTC \|/);
    assert.match(page, /\| stack \| `prod`: one, two \|/);
    assert.match(page, /\| cluster \| https:\/\/10\.0\.0\.1:6443, Kubernetes v1\.35\.0, uid `u` \|/);
    assert.match(page, /\| result \| 1 ok, 1 not ok, 1 yours, 1 do not apply \|/);
  });

  it('has a line for each point, in the tables of its topics, that no text can break', () => {
    assert.match(page, /## Infrastructure\n\n\| point \|.*\n.*\n\| nodes \| ok \| 3: a, b, c \| {2}\| {2}\|/);
    assert.match(page, /\| quota \| \*\*not ok\*\* \| a \\\| b c \| set &lt;it> \| {2}\|/);
    assert.match(page, /\| bills \| yours \| nobody knows \| look \| ☐ \|/);
    assert.match(page, /\| none \| does not apply \| no such thing \| {2}\| {2}\|/);
  });
});
