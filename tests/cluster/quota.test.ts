import assert from 'node:assert/strict';
import { templateOf } from '../../components/kit/objects/pod-template';
import type { PlannedObject } from '../../components/system/planned-object';
import { billionths } from '../../config/fields/quantities';
import { type Counted, claimsOf, takenBy } from '../../policies/counted';
import { atOnce } from '../../policies/rules/quota';
import { controlPlane, eventually, live, removeNamespace } from '../support/cluster/control-plane';
import { planWith } from '../support/unit/pods';

const namespace = 'bounded';
/** What seed 002 bounds, and the number of pods. */
const keys = [
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
  'persistentvolumeclaims',
  'pods',
] as const;
const seeds = { default: { cpu: '500m', memory: '512Mi' }, defaultRequest: { cpu: '100m', memory: '128Mi' } };

type Hard = Readonly<Record<string, string>>;

/** Made of the plan's objects as their controllers would, each held back from every node. */
function podOf(object: PlannedObject, number: number) {
  const { metadata, spec } = templateOf(object) ?? {};
  const name = `${object.kind}-${object.metadata.name}-${number}`.toLowerCase();
  const held = { ...spec, schedulingGates: [{ name: 'memory-fleet.dev/held' }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { labels: metadata?.labels ?? {}, name, namespace }, spec: held };
}

/** A sum in billionths as Kubernetes writes it. */
function quantity(key: Counted, sum: bigint): string {
  return key.endsWith('cpu') ? `${sum / 1_000_000n}m` : String(sum / 1_000_000_000n);
}

describe('a quota that a plan just fits in', () => {
  let objects: PlannedObject[];
  const api = () => controlPlane().objects;
  const create = (object: object, dryRun?: 'All') => api().create(object as never, undefined, dryRun);
  const used = async (key: Counted) => {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'context-engine', namespace } };
    const found = await live<typeof quota & { status?: { used?: Hard } }>(quota);
    return billionths(found?.status?.used?.[key] ?? '0') ?? 0n;
  };
  const usedNow = async () => Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await used(key)])));

  before(async () => {
    await removeNamespace(namespace);
    const ample = { cpu: '1k', cpuLimit: '1k', memory: '1Ti', memoryLimit: '1Ti', volumes: 100, pods: 100 };
    const contextEngine = { namespace: { name: namespace }, containerLimits: seeds, quota: ample };
    const [system] = planWith({}, { contextEngine }).systems.filter(({ id }) => id === 'context-engine');
    objects = Object.values(system?.objects ?? {}).map(({ object }) => object);
    for (const kind of ['Namespace', 'ServiceAccount', 'LimitRange', 'ResourceQuota']) {
      for (const object of objects.filter((each) => each.kind === kind)) await create(object);
    }
  });
  after(() => removeNamespace(namespace));

  it('counts every pod and claim as the API server does', async () => {
    for (const object of objects.filter((each) => templateOf(each) || each.kind === 'PersistentVolumeClaim')) {
      const before = await usedNow();
      await create(object.kind === 'PersistentVolumeClaim' ? object : podOf(object, 0));
      const after = await usedNow();
      for (const key of keys) {
        const taken = templateOf(object) ? takenBy(object, key) : claimsOf(object, key);
        const found = (after[key] ?? 0n) - (before[key] ?? 0n);
        assert.equal(found, taken, `${object.kind} ${object.metadata.name} takes ${found} of ${key}`);
      }
    }
  });

  it('takes the backup and any one of the other jobs beside all workloads, and nothing more', async () => {
    const pods = await api().list('v1', 'Pod', namespace);
    for (const pod of pods.items)
      await api().delete({ ...pod, apiVersion: 'v1', kind: 'Pod' }, undefined, undefined, 0);
    const claims = objects.filter(({ kind }) => kind === 'PersistentVolumeClaim').length;
    await eventually('the pods are gone', async () => (await used('pods')) === 0n);
    const sums = keys.map((key) => [key, atOnce(objects, key).reduce((all, { amount }) => all + amount, 0n)] as const);
    const hard = Object.fromEntries(sums.map(([key, sum]) => [key, quantity(key, sum)]));
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'context-engine', namespace } };
    await api().patch({ ...quota, spec: { hard } } as never);
    assert.equal(hard.persistentvolumeclaims, String(claims));

    const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
    const jobs = objects.filter(({ kind }) => kind === 'Job' || kind === 'CronJob');
    const scheduled = jobs.filter((job) => job.kind === 'CronJob' && !job.spec?.suspend);
    const others = jobs.filter((job) => !scheduled.includes(job));
    for (const object of [...workloads, ...scheduled]) await create(podOf(object, 0));
    assert.ok(others.length > 3);
    for (const object of others) await create(podOf(object, 0), 'All');
    const [last] = others;
    assert.ok(last);
    await create(podOf(last, 0));
    await assert.rejects(create(podOf(last, 1)), /exceeded quota: context-engine, requested: pods=1/);
  });
});
