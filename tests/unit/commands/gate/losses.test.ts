import assert from 'node:assert/strict';
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { dataLosses, lossInWords, type PlannedStep } from '../../../../operate/preview';

const component = 'urn:pulumi:goddess::memory-fleet::memory-fleet:index:MemoryMcp';
const claim = `${component}$kubernetes:core/v1:PersistentVolumeClaim::memory-mcp-volume`;

function step(op: string, type: string, name = 'x'): PlannedStep {
  return { op, urn: `${component}$kubernetes:${type}::${name}` };
}

describe('the losses of a plan', () => {
  const losing = [
    'delete',
    'replace',
    'create-replacement',
    'delete-replaced',
    'read-replacement',
    'import-replacement',
    'discard-replaced',
    'remove-pending-replace',
  ];
  for (const op of losing) {
    it(`are found where a claim meets the operation ${op}`, () => {
      assert.deepEqual(dataLosses([{ op, urn: claim }]), [
        { urn: claim, kind: 'PersistentVolumeClaim', operations: [op] },
      ]);
    });
  }

  for (const op of ['same', 'create', 'update', 'read', 'refresh', 'import', 'discard']) {
    it(`are not found where a claim meets the operation ${op}`, () => {
      assert.deepEqual(dataLosses([{ op, urn: claim }]), []);
    });
  }

  it('are suspected behind an operation that nobody knows yet', () => {
    assert.equal(dataLosses([{ op: 'evaporate', urn: claim }]).length, 1);
  });

  const kinds = [
    'core/v1:Namespace',
    'core/v1:PersistentVolume',
    'core/v1:PersistentVolumeClaim',
    'core/v1:PersistentVolumeClaimList',
    'apps/v1:StatefulSet',
    'apps/v1beta1:StatefulSet',
    'snapshot.storage.k8s.io/v1:VolumeSnapshot',
    'snapshot.storage.k8s.io/v1:VolumeSnapshotContent',
  ];
  for (const kind of kinds) {
    it(`are found for ${kind}, inside a component and without one`, () => {
      assert.equal(dataLosses([step('delete', kind)]).length, 1);
      const outside = { op: 'delete', urn: `urn:pulumi:t::memory-fleet::kubernetes:${kind}::x` };
      assert.equal(dataLosses([outside]).length, 1);
    });
  }

  it('are not found for what holds no data', () => {
    const kinds = ['core/v1:ConfigMap', 'apps/v1:Deployment', 'core/v1:Service', 'batch/v1:CronJob'];
    assert.deepEqual(dataLosses(kinds.map((kind) => step('replace', kind))), []);
  });

  it('go by the kind alone, not by a name or a parent that sounds like data', () => {
    const named = `${component}$kubernetes:core/v1:ConfigMap::kubernetes:core/v1:PersistentVolumeClaim`;
    const below = 'urn:pulumi:t::p::kubernetes:apps/v1:StatefulSet$kubernetes:core/v1:ConfigMap::x';
    assert.deepEqual(dataLosses([named, below].map((urn) => ({ op: 'delete', urn }))), []);
  });

  it('count an object once, with all its operations in their order', () => {
    const ops = ['create-replacement', 'replace', 'delete-replaced'];
    const losses = dataLosses(ops.map((op) => ({ op, urn: claim })));
    assert.deepEqual(losses, [{ urn: claim, kind: 'PersistentVolumeClaim', operations: ops }]);
  });

  it('know the object on the cluster, from a preview and from an event of the Automation API', () => {
    const state = { id: 'memory-mcp/memory-mcp-data' };
    assert.equal(dataLosses([{ op: 'delete', urn: claim, oldState: state }])[0]?.object, state.id);
    const metadata = { op: 'delete', urn: claim, type: '', provider: '', old: { ...state } } as never;
    const events: EngineEvent[] = [{ sequence: 1, timestamp: 1, resourcePreEvent: { metadata } }];
    const steps = events.flatMap(({ resourcePreEvent }) => (resourcePreEvent ? [resourcePreEvent.metadata] : []));
    assert.equal(dataLosses(steps)[0]?.object, state.id);
  });
});

describe('a loss in words', () => {
  it('names the object, the operation, the URN and the two steps', () => {
    const loss = {
      urn: claim,
      kind: 'PersistentVolumeClaim',
      object: 'memory-mcp/memory-mcp-data',
      operations: ['replace'],
    };
    assert.deepEqual(lossInWords(loss).split('\n'), [
      'PersistentVolumeClaim memory-mcp/memory-mcp-data would be lost (replace)',
      `  ${claim}`,
      '  if that is meant, after a backup:',
      `  1. pulumi state delete --force '${claim}'    # the engine forgets it, the cluster keeps it`,
      '  2. kubectl delete persistentvolumeclaim memory-mcp-data --namespace memory-mcp    # it goes, and its data with it',
    ]);
  });

  it('needs no namespace where the object has none', () => {
    const loss = { urn: claim, kind: 'Namespace', object: 'memory-mcp', operations: ['delete'] };
    assert.match(lossInWords(loss), /2\. kubectl delete namespace memory-mcp {4}#/);
  });

  it('goes by the name in the URN where the plan does not say which object it is', () => {
    const text = lossInWords({ urn: claim, kind: 'PersistentVolumeClaim', operations: ['delete'] });
    assert.match(text, /^PersistentVolumeClaim memory-mcp-volume would be lost/);
    assert.match(text, /kubectl delete persistentvolumeclaim <name>/);
  });

  it('can be pasted into a shell whatever the URN is', () => {
    const urn = `${claim}'s`;
    assert.match(lossInWords({ urn, kind: 'Namespace', operations: ['delete'] }), /memory-mcp-volume'\\''s'/);
  });
});
