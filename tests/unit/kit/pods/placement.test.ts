import assert from 'node:assert/strict';
import type { IPodSpec } from 'kubernetes-models/v1';
import { planWith, podAt, podsIn } from '../../../support/unit/pods';

/** Architectures of the nodes that a pod may run on; undefined where it may run on all. */
function architectures({ affinity }: IPodSpec): readonly string[] | undefined {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  assert.ok(terms.length <= 1);
  return terms[0]?.matchExpressions?.find(({ key }) => key === 'kubernetes.io/arch')?.values;
}

const shared = { layout: 'shared', indexer: { autoscaling: { maxReplicas: 1 } } };
const nodes = { sharedStorageClass: 'nfs' };

describe('architectures', () => {
  it('are those of the image of memory-mcp, also for what must run beside it', () => {
    const plan = planWith({});
    const found = Object.fromEntries(
      podsIn(plan)
        .filter(({ at }) => at.startsWith('memory-mcp'))
        .map(({ at, spec }) => [at.split('/')[at.includes('operations') ? 4 : 2], architectures(spec)]),
    );
    assert.deepEqual(found, {
      deployment: ['amd64'],
      bootstrapJob: ['amd64'],
      drill: ['amd64'],
      volumeBackup: ['amd64'],
      volumeBackupRestore: ['amd64'],
      volumeBackupDrill: ['amd64'],
      // Of curl's image alone, and on no volume.
      backupJob: undefined,
    });
    const { affinity } = podAt(plan, /memory-mcp\/objects\/volumeBackup\//).spec;
    assert.equal(affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length, 1);
  });

  it('are what a key says of another image', () => {
    const imageArchitectures = ['arm64', 'amd64'];
    const plan = planWith({}, { memoryMcp: { image: 'registry.example.org/memory-mcp:1', imageArchitectures } });
    assert.deepEqual(architectures(podAt(plan, /deployment/).spec), imageArchitectures);
  });

  it('are named for pods of the engine where its image has them named, and for all on its one node', () => {
    const ofEngine = (plan: ReturnType<typeof planWith>) =>
      podsIn(plan)
        .filter(({ at, spec }) => at.startsWith('context-engine') && architectures(spec) !== undefined)
        .map(({ at }) => at.split('/')[2]);
    assert.deepEqual(ofEngine(planWith({})), []);
    const settings = { imageArchitectures: ['arm64'], repositories: [] };
    const own = ['mcp-memory', 'mcp-memory-http', 'mcp-indexer', 'mcp-indexer-http'];
    const jobs = ['backup', 'backupRestore', 'backupDrill'];
    const apart = planWith(nodes, { contextEngine: { ...settings, ...shared } });
    assert.deepEqual(ofEngine(apart).sort(), [...own, ...jobs].sort());
    const together = planWith({}, { contextEngine: settings });
    assert.deepEqual(ofEngine(together).sort(), [...own, ...jobs, 'qdrant', 'llamacpp'].sort());
  });

  it('are held with the image as it is named, also where a mirror has it', () => {
    const plan = planWith({ pods: { imageMirror: { '*': 'mirror.example.org' } } });
    assert.deepEqual(architectures(podAt(plan, /memory-mcp\/objects\/deployment/).spec), ['amd64']);
  });
});

describe('GPUs', () => {
  const gpu = {
    runtimeClassName: 'nvidia',
    nodeSelector: { 'nvidia.com/gpu.present': 'true' },
    tolerations: [{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }],
  };
  const llamacpp = { gpu };

  it('are asked for by the pod that needs them, on top of what all ask for', () => {
    const pods = { nodeSelector: { pool: 'agents' }, tolerations: [{ key: 'agents', operator: 'Exists' }] };
    const plan = planWith({ ...nodes, pods }, { contextEngine: { ...shared, llamacpp } });
    const { spec } = podAt(plan, /llamacpp/);
    assert.equal(spec.runtimeClassName, 'nvidia');
    assert.deepEqual(spec.nodeSelector, { pool: 'agents', 'nvidia.com/gpu.present': 'true' });
    assert.deepEqual(spec.tolerations, [...gpu.tolerations, ...pods.tolerations]);
    for (const { at, spec: other } of podsIn(plan).filter((each) => !each.at.includes('llamacpp'))) {
      assert.equal(other.runtimeClassName, undefined, at);
      assert.deepEqual(other.nodeSelector, { pool: 'agents' }, at);
      assert.deepEqual(other.tolerations, pods.tolerations, at);
    }
  });

  it('draw every pod to their node where all must be on one', () => {
    const plan = planWith({}, { contextEngine: { llamacpp } });
    for (const { at, spec } of podsIn(plan).filter((each) => each.at.startsWith('context-engine'))) {
      assert.deepEqual(spec.nodeSelector, gpu.nodeSelector, at);
      assert.deepEqual(spec.tolerations, gpu.tolerations, at);
      assert.equal(spec.runtimeClassName, at.includes('llamacpp') ? 'nvidia' : undefined, at);
    }
  });
});
