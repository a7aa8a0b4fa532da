import assert from 'node:assert/strict';
import type { V1Deployment, V1PodDisruptionBudget } from '@kubernetes/client-node';
import type { OpenStack } from '../../operate/engine';
import { eventually, live, openTestStack, removeNamespace } from '../support/cluster/control-plane';
import { type Load, sayLoads } from '../support/cluster/pod-metrics';
import { World } from '../support/cluster/world';

const namespace = 'autoscaled';
/** Quicker than the presets, which look back over minutes; how workers are added is left as upstream's chart had it. */
const down = { stabilizationSeconds: 0, percent: 100, periodSeconds: 15 };
const quick = { scaleUp: { periodSeconds: 15 }, scaleDown: down };
const small = { cpu: '50m', memory: '64Mi' };
const rae = (logLevel: string) => ({
  image: 'registry.example.org/rae-memory:1',
  namespace: { name: namespace },
  clients: [{ namespace: 'agents' }],
  authentication: { mode: 'none', reason: 'a network of one, for a test' },
  api: { autoscaling: quick, resources: small, logLevel },
  ml: { autoscaling: quick, resources: small },
  worker: { autoscaling: { scaleDown: down }, resources: small },
});

const deployments = {
  api: 'rae-memory-api',
  'ml-service': 'rae-memory-ml-service',
  'celery-worker': 'rae-memory-celery-worker',
} as const;
type Part = keyof typeof deployments;
const parts = Object.keys(deployments) as Part[];

const idle: Load = { cpu: 5, memory: 20 };
/** The API is short of memory, the others of CPU. */
const busy: Readonly<Record<Part, Load>> = {
  api: { cpu: 5, memory: 200 },
  'ml-service': { cpu: 200, memory: 20 },
  'celery-worker': { cpu: 200, memory: 20 },
};
const quiet: Readonly<Record<Part, Load>> = { api: idle, 'ml-service': idle, 'celery-worker': idle };

const openWith = (logLevel: string): Promise<OpenStack> =>
  openTestStack('local', 'autoscalers', { 'memory-fleet:memoryMcp': undefined, 'memory-fleet:rae': rae(logLevel) });
const deployment = (part: Part) =>
  live<V1Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: deployments[part], namespace } });
const available = async (part: Part) => (await deployment(part))?.status?.availableReplicas ?? 0;
const wanted = async (part: Part) => (await deployment(part))?.spec?.replicas ?? 0;

/** Waits for so many pods of each under a load, and says how many there were to be on the way. */
async function settled(loads: typeof busy, ends: Readonly<Record<Part, number>>, seconds = 180) {
  const seen: Record<Part, number[]> = { api: [], 'ml-service': [], 'celery-worker': [] };
  await eventually(
    `there are ${JSON.stringify(ends)}`,
    async () => {
      await sayLoads(namespace, loads);
      for (const part of parts) {
        const now = await wanted(part);
        if (seen[part].at(-1) !== now) seen[part].push(now);
      }
      const counts = await Promise.all(parts.map(available));
      return parts.every((part, place) => counts[place] === ends[part] && seen[part].at(-1) === ends[part]);
    },
    seconds,
  );
  return seen;
}

describe('the autoscalers of RAE on a real control plane', () => {
  const world = new World();
  const fewest = { api: 2, 'ml-service': 1, 'celery-worker': 2 };
  const most = { api: 10, 'ml-service': 5, 'celery-worker': 10 };

  before(async () => {
    await world.serve('metrics.k8s.io', 'v1beta1', 'PodMetrics', 'pods');
    await (await openWith('INFO')).up();
  });
  after(async () => {
    await removeNamespace(namespace);
    await world.remove();
  });

  it('keep to the fewest while nothing happens', async () => {
    await settled(quiet, fewest);
  });

  it('go to the most under load and no further, at most doubling at a time', async () => {
    const seen = await settled(busy, most);
    for (const part of parts) {
      const counts = seen[part];
      assert.deepEqual([counts[0], counts.at(-1)], [fewest[part], most[part]], part);
      // A pod that has just started counts for less, so that there may be steps between.
      for (const [place, count] of counts.slice(1).entries()) {
        const before = counts[place] ?? 0;
        assert.ok(count > before && count <= 2 * before, `${part}: ${counts.join(', ')}`);
      }
    }
  });

  it('are left alone by a new `up`, which rolls every pod out and changes no number', async () => {
    const { changes } = await (await openWith('DEBUG')).up();
    assert.ok((changes.update ?? 0) > 0, JSON.stringify(changes));
    for (const part of parts) assert.equal(await wanted(part), most[part], part);
    const again = await (await openWith('DEBUG')).up();
    assert.equal(again.changes.update, undefined, JSON.stringify(again.changes));
    for (const part of parts) assert.equal(await wanted(part), most[part], part);
  });

  it('still let one pod of each be drained at a time', async () => {
    for (const part of parts) {
      const metadata = { name: deployments[part], namespace };
      const status = async () =>
        (await live<V1PodDisruptionBudget>({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata }))?.status;
      // A rollout that ends has one pod more for a while, which may go too.
      await eventually(`the budget of ${part} lets one pod go of as many as there are`, async () => {
        const { disruptionsAllowed, desiredHealthy, expectedPods } = (await status()) ?? {};
        return expectedPods === most[part] && desiredHealthy === most[part] - 1 && disruptionsAllowed === 1;
      });
    }
  });

  it('go back to the fewest when the load is gone', async () => {
    const seen = await settled(quiet, fewest);
    for (const part of parts) {
      assert.deepEqual(
        seen[part],
        seen[part].toSorted((a, b) => b - a),
        part,
      );
      assert.ok(Math.min(...seen[part]) >= fewest[part], part);
    }
  });
});
