import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describeStack } from '../../components/stack';
import { loadStack, stackNames } from '../../operate/stack-file';
import { overlayDifferences, renderedObjects, renderPlan } from '../../render';
import { overlaysPath, strayOverlays } from '../../render/overlay';

const projectDir = join(__dirname, '..', '..');
const stacks = stackNames(projectDir);

for (const stack of stacks) {
  describe(`the overlay of stack ${stack}`, () => {
    const plan = describeStack(loadStack(projectDir, stack));
    const read = (path: string) => parse(readFileSync(join(projectDir, overlaysPath, stack, path), 'utf8'));

    it('is what the stack describes (else: npm run render)', () => {
      assert.deepEqual(overlayDifferences(projectDir, stack, plan), []);
    });

    for (const system of plan.systems) {
      it(`names the objects of ${system.id} in the order of their creation, each as described`, () => {
        const { resources } = read(`${system.id}/kustomization.yaml`);
        const objects = (resources as string[]).map((file) => read(`${system.id}/${file}`));
        assert.deepEqual(objects, JSON.parse(JSON.stringify(renderedObjects(system))));
      });
    }

    it('holds no Secret and no Application', () => {
      const kinds = [...renderPlan(plan, stack).keys()].map((path) => read(path).kind);
      assert.deepEqual(
        kinds.filter((kind) => kind === 'Secret' || kind === 'Application'),
        [],
      );
    });
  });
}

describe('the overlays', () => {
  it('are of stacks that exist', () => {
    assert.deepEqual(strayOverlays(projectDir, stacks), []);
  });
});
