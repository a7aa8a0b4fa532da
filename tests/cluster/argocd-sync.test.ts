import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../components/stack';
import type { PlannedObject } from '../../components/system/planned-object';
import { connect } from '../../operate/cluster/api';
import { renderedObjects } from '../../render/plan';
import { type ArgoCdJudge, argoCdJudge } from '../support/argocd/judge';
import { controlPlane, eventually, live, projectDir, removeNamespace } from '../support/cluster/control-plane';

// Volumes wait for their first pod, a Job never gets a node, nothing serves the route, no metrics scale anything.

/** Seconds for the passes of a sync that waits for nothing: a wave each. */
const syncSeconds = 60;
const argocd = { mode: 'shared', repoUrl: 'https://git.example.org/fleet' };
const gateway = {
  name: 'public',
  section: 'https',
  implementation: 'envoy-gateway',
  proxies: { namespace: 'gateways' },
};

describe("a sync by Argo CD's own engine, with its own checks of health", () => {
  let judge: ArgoCdJudge;
  before(async function () {
    this.timeout(0);
    judge = await argoCdJudge(projectDir);
  });
  after(() => Promise.all(['sync-memory', 'sync-engine'].map(removeNamespace)));

  const objectsOf = (systems: object) =>
    describeStack(
      parseStack(
        { cluster: { argocd, gateway, storageClass: 'standard', sharedStorageClass: 'local-path' }, ...systems },
        'sync',
      ),
    ).systems.flatMap(renderedObjects);
  const sync = (objects: readonly PlannedObject[]) =>
    judge.sync(objects, controlPlane().cluster.kubeconfig, syncSeconds);
  /** What of an Application is not healthy, and how it is as a whole. */
  const health = async (objects: readonly PlannedObject[]) => {
    const found = await Promise.all(objects.map((object) => live(object)));
    const { application, objects: each } = await judge.health(found.map((object) => object ?? assert.fail()));
    const unwell = objects.flatMap(({ kind, metadata }, index) => {
      const status = each[index]?.status ?? 'Healthy';
      return status === 'Healthy' ? [] : [`${kind} ${metadata.name} ${status}`];
    });
    return { application, unwell: unwell.sort() };
  };

  it('ends, whatever is not healthy, with everything applied', async () => {
    const objects = objectsOf({
      contextEngine: {
        namespace: { name: 'sync-engine' },
        image: 'registry.example.org/context-engine:1.0.0',
        preset: 'full',
        exposure: { kind: 'gateway', hostname: 'context.example.org' },
        authentication: { mode: 'bearer' },
        backup: {},
        repositories: [
          { source: 'git', name: 'code', url: 'https://git.example.org/code' },
          { source: 'upload', name: 'sketches' },
        ],
      },
    }).map((object) => (object.kind === 'Job' ? withoutNode(object) : object));
    const { applied, message, phase } = await sync(objects);
    assert.equal(phase, 'Succeeded', message);
    const expected = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual([...applied].sort(), expected.sort());
    for (const kind of ['BackendTrafficPolicy', 'CronJob', 'HorizontalPodAutoscaler', 'Job']) {
      assert.ok(
        objects.some((object) => object.kind === kind),
        kind,
      );
    }

    const again = await sync(objects);
    assert.equal(again.phase, 'Succeeded', `with a Job that runs: ${again.message}`);
    // Nobody measures what pods use here, which Argo CD takes for a fault of the autoscalers once they have looked.
    const { unwell } = await health(objects.filter(({ kind }) => kind !== 'HorizontalPodAutoscaler'));
    assert.deepEqual(
      unwell.filter((each) => !/^(Deployment|StatefulSet) /.test(each)),
      [
        'HTTPRoute context-engine Progressing',
        `Job ${objects.find(({ kind }) => kind === 'Job')?.metadata.name} Progressing`,
        'PersistentVolumeClaim context-engine-backup Progressing',
      ],
    );
  });

  it('leaves an Application that is Progressing until a controller serves its route, and then Healthy for good', async () => {
    const objects = objectsOf({ memoryMcp: memory });
    assert.equal((await sync(objects)).phase, 'Succeeded');
    const waiting = { application: 'Progressing', unwell: ['HTTPRoute memory-mcp Progressing', backupClaim] };
    await eventually('only the route is waited for', async () => same(await health(objects), waiting));
    const api = await connect(controlPlane().cluster.kubeconfig);
    const path = '/apis/gateway.networking.k8s.io/v1/namespaces/sync-memory/httproutes/memory-mcp/status';
    const body = { status: { parents: [accepted] } };
    assert.equal((await api.send('PATCH', path, { body, contentType: 'application/merge-patch+json' })).status, 200);
    assert.deepEqual(await health(objects), { application: 'Healthy', unwell: [backupClaim] });
  });

  it('never ends where something waits behind a claim or a Job, as it was with an order of creation', async () => {
    const objects = objectsOf({ memoryMcp: { ...memory, namespace: { name: 'sync-memory' } } });
    const claim = objects.find(({ kind }) => kind === 'PersistentVolumeClaim') ?? assert.fail();
    const annotated = (object: PlannedObject, name: string, wave: string) => ({
      ...object,
      metadata: { ...object.metadata, name, annotations: { 'argocd.argoproj.io/sync-wave': wave } },
    });
    const account = objects.find(({ kind }) => kind === 'ServiceAccount') ?? assert.fail();
    const outcome = await judge.sync(
      [annotated(claim, 'waits-for-a-pod', '1'), annotated(account, 'later', '2')],
      controlPlane().cluster.kubeconfig,
      5,
    );
    assert.equal(outcome.phase, 'Running');
    assert.match(outcome.message, /waiting for healthy state of \/PersistentVolumeClaim\/waits-for-a-pod/);
  });
});

const memory = {
  namespace: { name: 'sync-memory' },
  hostname: 'memories.example.org',
  backup: { volume: {} },
};
const backupClaim = 'PersistentVolumeClaim memory-mcp-volume-backup Progressing';
const accepted = {
  parentRef: { name: gateway.name },
  controllerName: 'example.org/controller',
  conditions: ['Accepted', 'ResolvedRefs'].map((type) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })),
};

function withoutNode(job: PlannedObject<'Job'>): PlannedObject<'Job'> {
  const { spec, ...rest } = job;
  const { template } = spec ?? assert.fail();
  const pod = { ...template.spec, nodeSelector: { 'example.org/nowhere': 'true' } };
  return { ...rest, spec: { ...spec, template: { ...template, spec: pod } } } as PlannedObject<'Job'>;
}

function same(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
