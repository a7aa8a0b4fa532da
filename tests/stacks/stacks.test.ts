import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describeStack } from '../../components/stack';
import { loadStack, stackNames } from '../../operate/stack-file';
import { checkPlan } from '../../policies/check';
import { hasSchema, validateObject } from '../support/schemas';

const projectDir = join(__dirname, '..', '..');
const stacks = stackNames(projectDir);

describe('the stacks', () => {
  it('are the ones the project names', () => {
    assert.deepEqual(stacks, ['goddess', 'homelab', 'lab', 'local', 'prod', 'staging']);
  });
});

for (const stack of stacks) {
  describe(`stack ${stack}`, () => {
    const plan = describeStack(loadStack(projectDir, stack));

    it('has at least one system', () => {
      assert.ok(plan.systems.length > 0);
    });

    it('keeps to every rule, and waives none in vain', () => {
      const { violations, idleWaivers } = checkPlan(plan);
      assert.deepEqual({ violations, idleWaivers }, { violations: [], idleWaivers: [] });
    });

    for (const { id, objects } of plan.systems) {
      for (const { object } of Object.values(objects).filter((each) => hasSchema(each.object))) {
        it(`${id} ${object.kind} ${object.metadata.name} is valid by the schema of its kind`, async () => {
          await validateObject(object);
        });
      }
    }

    it('names no object twice', () => {
      const names = plan.systems.flatMap(({ objects }) =>
        Object.values(objects).map(({ object: { apiVersion, kind, metadata } }) =>
          [apiVersion, kind, metadata.namespace, metadata.name].join(' '),
        ),
      );
      assert.deepEqual(names, [...new Set(names)]);
    });
  });
}

describe('the schema check itself', () => {
  it('refuses a field of a wrong type and an unknown kind', async () => {
    const metadata = { name: 'x' };
    const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 'http' }] } };
    await assert.rejects(validateObject(service), /port/);
    await assert.rejects(validateObject({ apiVersion: 'v1', kind: 'Sevrice', metadata }), /no schema/);
  });
});
