import assert from 'node:assert/strict';
import { specHash } from '../../../../components/kit/objects/job';
import { isOurs } from '../../../../config/cluster/pods';
import { checkPlan } from '../../../../policies/check';
import { containersOf } from '../../../../policies/pods';
import { planWith, podsIn } from '../../../support/unit/pods';

const pods = {
  imagePullSecrets: ['mirror-login'],
  imageMirror: { '*': 'mirror.lab.example.org/all' },
  nodeSelector: { pool: 'agents' },
  tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'agents', effect: 'NoSchedule' }],
  priorityClassName: 'important',
  labels: { 'team.example.org/owner': 'platform' },
  annotations: { 'policies.kyverno.io/reviewed': 'yes' },
  cpuLimitRatio: 4,
};

describe('what every pod gets', () => {
  const plan = planWith({ pods });
  const found = podsIn(plan);

  it('is looked for in every pod there is, those of Jobs and those that a command starts among them', () => {
    const kinds = found.map(({ at }) => at.replace(/\/object\/spec.*|\/pod$/, ''));
    assert.deepEqual(kinds.sort(), [
      'context-engine/objects/backup',
      'context-engine/objects/backupDrill',
      'context-engine/objects/backupRestore',
      'context-engine/objects/index-code',
      'context-engine/objects/index-copied',
      'context-engine/objects/llamacpp',
      'context-engine/objects/mcp-indexer',
      'context-engine/objects/mcp-indexer-http',
      'context-engine/objects/mcp-memory',
      'context-engine/objects/mcp-memory-http',
      'context-engine/objects/qdrant',
      'context-engine/objects/upload-sketches',
      'context-engine/objects/watcher-code',
      'context-engine/objects/watcher-copied',
      'context-engine/objects/watcher-sketches',
      'memory-mcp/objects/backupJob',
      'memory-mcp/objects/bootstrapJob',
      'memory-mcp/objects/deployment',
      'memory-mcp/objects/volumeBackup',
      'memory-mcp/objects/volumeBackupDrill',
      'memory-mcp/objects/volumeBackupRestore',
      'memory-mcp/operations/backups/0/drill',
    ]);
  });

  for (const { at, metadata, spec } of found) {
    it(`reaches ${at}`, () => {
      assert.deepEqual(spec.imagePullSecrets?.at(-1), { name: 'mirror-login' });
      assert.equal(spec.nodeSelector?.pool, 'agents');
      assert.deepEqual(spec.tolerations, pods.tolerations);
      assert.equal(spec.priorityClassName, 'important');
      assert.equal(metadata.labels?.['team.example.org/owner'], 'platform');
      assert.equal(metadata.annotations?.['policies.kyverno.io/reviewed'], 'yes');
      for (const { image = '', name, resources } of containersOf(spec)) {
        assert.match(image, /^mirror\.lab\.example\.org\/all\//, name);
        assert.ok(resources?.limits?.cpu, `${name} has no CPU limit`);
      }
    });
  }

  it('keeps to every rule, the names of Jobs among them', () => {
    const { violations } = checkPlan(plan);
    assert.deepEqual(violations, []);
    const [code] = plan.systems.flatMap(({ operations }) => operations.repositories ?? []);
    const job = plan.systems
      .flatMap(({ objects }) => Object.values(objects))
      .find(({ object }) => object.metadata.name === code?.job);
    assert.equal(job?.object.kind, 'Job');
    assert.ok(job && code?.job?.endsWith(specHash((job.object as { spec?: unknown }).spec)));
  });

  it('leaves everything as it is where nothing is asked for', () => {
    const plain = JSON.stringify(planWith({}));
    assert.equal(JSON.stringify(planWith({ pods: {} })), plain);
    assert.doesNotMatch(plain, /mirror\.lab|priorityClassName|tolerations/);
  });
});

describe('labels and annotations of pods', () => {
  const keys = podsIn(planWith({})).flatMap(({ metadata: { annotations, labels } }) =>
    Object.keys({ ...labels, ...annotations }),
  );

  for (const key of [...new Set(keys)]) {
    it(`never ours: ${key}`, () => {
      assert.ok(isOurs(key));
      assert.throws(
        () => planWith({ pods: { labels: { [key]: 'x' } } }),
        (error: Error) => error.message.includes(`cluster.pods.labels.${key}: found "x", expected another key`),
      );
    });
  }

  it('never ours, where a system says so itself', () => {
    assert.throws(
      () => planWith({}, { memoryMcp: { pods: { annotations: { 'memory-fleet.dev/token-revision': '1' } } } }),
      /memoryMcp\.pods\.annotations\.memory-fleet\.dev\/token-revision: found "1", expected another key/,
    );
  });
});
