import assert from 'node:assert/strict';
import { disagreements, knowledge } from '../../../support/cluster/impact-classes';
import type { Difference, ObjectChange } from '../../../support/cluster/impact-difference';
import { planned, type Step } from '../../../support/cluster/impact-effect';

const change = (name: string, over: Partial<ObjectChange> = {}): ObjectChange => ({
  id: `apps/v1:Deployment::${name}`,
  operation: 'update',
  holdsData: false,
  fields: ['~spec.template.spec'],
  object: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
  ...over,
});
const counts = { Deployment: 1 };
const difference = (...objects: ObjectChange[]): Difference => ({ objects, beyond: [], counts });
const steps = (name: string, ...ops: string[]): Step[] =>
  ops.map((op) => ({
    op,
    urn: `urn:pulumi:local::memory-fleet::memory-fleet:index:System$kubernetes:apps/v1:Deployment::${name}`,
    paths: ['spec.template.spec'],
  }));

const said = (all: readonly Step[]) => planned(all, counts);

describe('what the engine has said of one change', () => {
  it('holds for another of the same kind, on its own objects', () => {
    const known = knowledge();
    known.learn(difference(change('one')), said(steps('one', 'update')));
    const told = known.tell(difference(change('two'), change('three')));
    assert.equal(told?.effect, 'restart');
    assert.equal(told?.detail, 'restarts 2 Deployment');
    assert.deepEqual(
      told?.steps.map(({ urn }) => urn.split('::').at(-1)),
      ['two', 'three'],
    );
  });

  it('says nothing of other fields, of a protected object, or of one that goes', () => {
    const known = knowledge();
    known.learn(difference(change('one')), said(steps('one', 'update')));
    for (const over of [{ fields: ['~spec.selector'] }, { holdsData: true }, { operation: 'delete' as const }]) {
      assert.equal(known.tell(difference(change('two', over))), undefined);
      assert.equal(known.unknown(difference(change('two', over))), 1);
    }
  });

  it('holds for parts of a change that come together elsewhere', () => {
    const known = knowledge();
    const scaled = { fields: ['~spec.replicas'] };
    known.learn(difference(change('one')), said(steps('one', 'update')));
    known.learn(difference(change('one', scaled)), said(steps('one', 'update')));
    assert.ok(known.tell(difference(change('two'), change('three', scaled))));
  });

  it('holds no further than for the very same parts when something is replaced', () => {
    const known = knowledge();
    const renamed = { fields: ['~metadata.name'] };
    const replacing = said([...steps('one', 'create-replacement', 'replace'), ...steps('two', 'update')]);
    known.learn(difference(change('one', renamed), change('two')), replacing);
    assert.equal(known.tell(difference(change('two'))), undefined);
    const told = known.tell(difference(change('three', renamed), change('four')));
    assert.equal(told?.detail, 'restarts Deployment; replaces Deployment');
  });

  it('says nothing of another change when it was a refusal', () => {
    const known = knowledge();
    known.learn(difference(change('one')), { effect: 'refused', detail: 'no', steps: [] });
    assert.equal(known.tell(difference(change('one'))), undefined);
  });

  it('says nothing of what decides by its value', () => {
    const known = knowledge();
    known.learn({ objects: [], beyond: ['cluster.name'], counts }, said([]));
    assert.equal(known.tell(difference()), undefined);
    known.learn(difference(), said([]));
    assert.equal(known.tell(difference())?.effect, 'nothing');
    assert.equal(known.tell({ objects: [], beyond: ['cluster.name'], counts }), undefined);
  });

  it('cannot be two things', () => {
    const known = knowledge();
    known.learn(difference(change('one')), said(steps('one', 'update')));
    assert.throws(() => known.learn(difference(change('two')), said(steps('two', 'delete'))), /delete .*update/);
  });
});

describe('an answer of the engine', () => {
  it('is about the objects that the plans differ in', () => {
    assert.deepEqual(disagreements(difference(change('one')), said(steps('one', 'update'))), []);
  });

  it('shows what the plans do not tell', () => {
    const impact = said([...steps('one', 'refresh', 'same'), ...steps('two', 'update')]);
    assert.deepEqual(disagreements(difference(change('one')), impact), [
      'apps/v1:Deployment::two: only the engine changes it',
      'apps/v1:Deployment::one: only the descriptions differ',
    ]);
  });
});
