import assert from 'node:assert/strict';
import { parseStack } from '../../components/stack';
import { sufficientQuotas } from '../../policies/rules/quota';
import { described } from '../support/good-plan';
import { systemWith } from '../support/objects';

const resources = (cpu: string, memory: string, limit = memory, name = 'main') => ({
  name,
  resources: { requests: { cpu, memory }, limits: { memory: limit } },
});
const template = (containers: object[], initContainers: object[] = []) => ({
  template: { spec: { containers, initContainers } },
});
const cronJob = (name: string, cpu: string, suspend: boolean) =>
  described('batch/v1', 'CronJob', {
    metadata: { name, namespace: 'ns' },
    spec: { suspend, jobTemplate: { spec: template([resources(cpu, '1Gi')]) } },
  });

const objects = {
  // Its init container takes more than the server, and it may have three replicas.
  web: described('apps/v1', 'Deployment', {
    metadata: { name: 'web', namespace: 'ns' },
    spec: {
      ...template([resources('500m', '1Gi', '2Gi')], [resources('2', '512Mi', '512Mi', 'before')]),
      strategy: { type: 'RollingUpdate' },
    },
  }),
  scaler: described('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3 },
  }),
  // A sidecar that is an init container stays.
  store: described('apps/v1', 'StatefulSet', {
    metadata: { name: 'store', namespace: 'ns' },
    spec: {
      replicas: 2,
      ...template([resources('1', '2Gi')], [{ ...resources('100m', '64Mi'), restartPolicy: 'Always' }]),
    },
  }),
  backup: cronJob('backup', '250m', false),
  restore: cronJob('restore', '1', true),
  drill: cronJob('drill', '750m', true),
  index: described('batch/v1', 'Job', {
    metadata: { name: 'index', namespace: 'ns' },
    spec: {
      template: {
        spec: {
          containers: [resources('500m', '4Gi')],
          volumes: [{ ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '2Gi' } } } } } }],
        },
      },
    },
  }),
  claim: described('v1', 'PersistentVolumeClaim', { spec: { resources: { requests: { storage: '10Gi' } } } }),
  other: described('v1', 'PersistentVolumeClaim', {
    metadata: { name: 'other', namespace: 'ns' },
    spec: { resources: { requests: { storage: '512Mi' } } },
  }),
  elsewhere: described('v1', 'PersistentVolumeClaim', {
    metadata: { name: 'data', namespace: 'another' },
    spec: { resources: { requests: { storage: '1Ti' } } },
  }),
};

function faults(hard: Record<string, string>, of: Parameters<typeof systemWith>[0] = objects): string[] {
  const { cluster } = parseStack({}, 'test');
  const system = systemWith({ ...of, quota: described('v1', 'ResourceQuota', { spec: { hard } }) });
  const { object } = described('v1', 'ResourceQuota', { spec: { hard } });
  return sufficientQuotas.check(object, { ...system, cluster, key: 'quota' } as never);
}

describe('room in a quota', () => {
  // Three web pods and one that is rolled out, two stores, a backup and a restore at the same time; the largest of those
  // that are only sometimes there counts by each resource: a restore takes the most CPU, an index the most memory.
  const enough: Record<string, string> = {
    'requests.cpu': '11450m', // 3*2 + 2 + 2*1.1 + 0.25 + 1
    'requests.memory': '13440Mi', // 3*1 + 1 + 2*(2+1/16) + 1 + 4 GiB
    'limits.memory': '17536Mi', // 3*2 + 2 + 2*(2+1/16) + 1 + 4 GiB
    'requests.storage': '12800Mi', // 10 GiB + 512 MiB, and 2 GiB as long as the index runs
    persistentvolumeclaims: '3',
    pods: '8',
  };

  it('is enough where all that runs at once fits exactly', () => assert.deepEqual(faults(enough), []));

  it('is named with what is needed where it is less', () => {
    assert.deepEqual(faults({ 'requests.cpu': '11449m' }), [
      'allows 11449m of requests.cpu, and what runs at once needs 11450m: 3 × Deployment web 6, 2 × StatefulSet store 2200m, anew Deployment web 2, CronJob backup 250m, CronJob restore 1',
    ]);
    assert.deepEqual(faults({ 'requests.memory': '13Gi' }), [
      'allows 13Gi of requests.memory, and what runs at once needs 13440Mi: 3 × Deployment web 3Gi, 2 × StatefulSet store 4224Mi, anew Deployment web 1Gi, CronJob backup 1Gi, Job index 4Gi',
    ]);
    assert.match(faults({ 'limits.memory': '17Gi' }).join(), /^allows 17Gi of limits\.memory, .* needs 17536Mi: /);
    assert.deepEqual(faults({ 'requests.storage': '11Gi' }), [
      'allows 11Gi of requests.storage, and what runs at once needs 12800Mi: Job index 2Gi, PersistentVolumeClaim data 10Gi, PersistentVolumeClaim other 512Mi',
    ]);
    assert.match(faults({ persistentvolumeclaims: '2' }).join(), /^allows 2 of persistentvolumeclaims, .* needs 3: /);
    assert.match(faults({ pods: '7' }).join(), /^allows 7 of pods, .* needs 8: /);
  });

  it('is none where CPU limits are bound and a container has none', () => {
    const found = faults({ 'limits.cpu': '1k' });
    assert.equal(found.length, 6);
    assert.equal(found[0], 'bounds limits.cpu, and Deployment web has no CPU limit in before, main');
  });

  it('is needed for the pods and claims that an operator makes too', () => {
    const cluster = described('postgresql.cnpg.io/v1', 'Cluster', {
      metadata: { name: 'sql', namespace: 'ns' },
      spec: { instances: 3, storage: { size: '20Gi' }, resources: { requests: { cpu: '500m' } } },
    });
    const pooler = described('postgresql.cnpg.io/v1', 'Pooler', {
      metadata: { name: 'pool', namespace: 'ns' },
      spec: { instances: 2, template: { spec: { containers: [resources('100m', '64Mi')] } } },
    });
    assert.deepEqual(faults({ 'requests.cpu': '1' }, { cluster, pooler }), [
      'allows 1 of requests.cpu, and what runs at once needs 1700m: 3 × Cluster sql 1500m, 2 × Pooler pool 200m',
    ]);
    assert.deepEqual(
      faults({ 'requests.storage': '59Gi', persistentvolumeclaims: '2', pods: '4' }, { cluster, pooler }),
      [
        'allows 59Gi of requests.storage, and what runs at once needs 60Gi: 3 × Cluster sql 60Gi',
        'allows 2 of persistentvolumeclaims, and what runs at once needs 3: 3 × Cluster sql 3',
        'allows 4 of pods, and what runs at once needs 5: 3 × Cluster sql 3, 2 × Pooler pool 2',
      ],
    );
    assert.deepEqual(
      faults({ 'requests.cpu': '1700m', 'requests.storage': '60Gi', pods: '5' }, { cluster, pooler }),
      [],
    );
  });

  it('is not asked of what the quota does not bound', () => assert.deepEqual(faults({}), []));
});
