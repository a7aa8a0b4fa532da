import assert from 'node:assert/strict';
import { autoscaler } from '../../../components/kit/objects/horizontal-pod-autoscaler';
import { runOnceJob, specHash } from '../../../components/kit/objects/job';
import { limitRange } from '../../../components/kit/objects/limit-range';
import { dataVolume } from '../../../components/kit/objects/persistent-volume-claim';
import { hardenedPod, onOneNode, pullSecrets, spreadOverNodes } from '../../../components/kit/objects/pod';
import { resourceQuota } from '../../../components/kit/objects/resource-quota';
import { validateObject } from '../../support/schemas';

const metadata = { name: 'thing', namespace: 'ns' };

describe('a job that runs once', () => {
  const args = {
    metadata: { name: 'index-docs', namespace: 'ns' },
    podLabels: { app: 'index' },
    deadlineSeconds: 3600,
    retries: 2,
    pod: { containers: [{ name: 'index', image: 'example.org/index:1' }] },
  };
  const nameOf = (change: Partial<typeof args> = {}) => runOnceJob({ ...args, ...change }).object.metadata.name;

  it('is named after what it does: the same for the same, another for another', async () => {
    const { object } = runOnceJob(args);
    await validateObject(object);
    assert.equal(object.metadata.name, `index-docs-${specHash(object.spec)}`);
    assert.equal(nameOf(), nameOf());
    const containers = [{ name: 'index', image: 'example.org/index:2' }];
    for (const change of [{ retries: 3 }, { podLabels: { app: 'other' } }, { pod: { containers } }]) {
      assert.notEqual(nameOf(change), nameOf(), JSON.stringify(change));
    }
  });

  it('stays when it has ended, or the next run would make it again', () => {
    assert.equal(runOnceJob(args).object.spec?.ttlSecondsAfterFinished, undefined);
  });

  it('has a name that is short enough for a label, whatever it is called', () => {
    const name = nameOf({ metadata: { name: 'x'.repeat(80), namespace: 'ns' } });
    assert.match(name, /^x{52}-[0-9a-f]{10}$/);
  });
});

describe('an autoscaler', () => {
  const { object } = autoscaler({
    metadata,
    target: { kind: 'Deployment', name: 'indexer' },
    minReplicas: 1,
    maxReplicas: 5,
    cpuPercent: 70,
  });

  it('keeps to a load of CPU between two bounds', async () => {
    await validateObject(object);
    const { scaleTargetRef, minReplicas, maxReplicas, metrics } = object.spec ?? {};
    assert.deepEqual(scaleTargetRef, { apiVersion: 'apps/v1', kind: 'Deployment', name: 'indexer' });
    assert.deepEqual([minReplicas, maxReplicas], [1, 5]);
    assert.equal(metrics?.[0]?.resource?.target.averageUtilization, 70);
  });

  it('takes pods away slowly and one by one, because their sessions go with them', () => {
    const { scaleDown } = object.spec?.behavior ?? {};
    assert.ok((scaleDown?.stabilizationWindowSeconds ?? 0) >= 1800);
    assert.deepEqual(scaleDown?.policies, [{ type: 'Pods', value: 1, periodSeconds: 600 }]);
  });
});

describe('a quota', () => {
  it('bounds what it names, and nothing else', async () => {
    const { object } = resourceQuota(metadata, { memory: '8Gi', storage: '200Gi', pods: 50 });
    await validateObject(object);
    assert.deepEqual(object.spec?.hard, { 'requests.memory': '8Gi', 'requests.storage': '200Gi', pods: '50' });
    const others = resourceQuota(metadata, { cpu: '4', cpuLimit: '8', memoryLimit: '16Gi', volumes: 10 });
    assert.deepEqual(others.object.spec?.hard, {
      'requests.cpu': '4',
      'limits.memory': '16Gi',
      'limits.cpu': '8',
      persistentvolumeclaims: '10',
    });
  });
});

describe('a range of limits', () => {
  it('bounds each container in what it names, and in nothing else', async () => {
    const range = { default: { cpu: '500m', memory: undefined }, defaultRequest: { memory: '128Mi' }, max: undefined };
    const { object } = limitRange(metadata, range);
    await validateObject(object);
    assert.deepEqual(object.spec?.limits, [
      { type: 'Container', default: { cpu: '500m' }, defaultRequest: { memory: '128Mi' } },
    ]);
  });
});

describe('a claim', () => {
  const modes = (accessMode?: 'ReadWriteMany') =>
    dataVolume({ metadata, size: '1Gi', ...(accessMode ? { accessMode } : {}) }).object.spec?.accessModes;

  it('is for one node, unless several are to share it', () => {
    assert.deepEqual(modes(), ['ReadWriteOnce']);
    assert.deepEqual(modes('ReadWriteMany'), ['ReadWriteMany']);
  });
});

describe('where a pod runs', () => {
  const labels = { app: 'thing' };
  const pod = (spec: object) =>
    hardenedPod({ uid: 1, gid: 1 }, { containers: [{ name: 'c', image: 'example.org/c:1' }], ...spec });

  it('is spread over nodes without ever being kept from running', () => {
    const [constraint] = pod(spreadOverNodes(labels)).topologySpreadConstraints ?? [];
    assert.equal(constraint?.whenUnsatisfiable, 'ScheduleAnyway');
    assert.deepEqual(constraint?.labelSelector, { matchLabels: labels });
  });

  it('is the node of all others, where they share a volume of one node', () => {
    assert.deepEqual(pod(onOneNode(labels)).affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: labels } },
    ]);
  });

  it('pulls its images by the Secrets that are named', () => {
    assert.deepEqual(pod(pullSecrets(['registry'])).imagePullSecrets, [{ name: 'registry' }]);
    assert.equal('imagePullSecrets' in pod(pullSecrets([])), false);
  });
});
