import assert from 'node:assert/strict';
import { itIsARecipe, recipeFiles } from '../../support/unit/recipe';

const folder = 'context-engine';

describe('the recipe of the image of Context Engine', () => {
  itIsARecipe({ folder, base: 'docker.io/library/python:3.11.14-slim-bookworm', user: 1000 });

  it('pins every package of Python to one version', () => {
    const lines = recipeFiles(folder)('requirements.txt').split('\n');
    const packages = lines.filter((line) => line !== '' && !line.startsWith('#'));
    assert.ok(packages.length > 80);
    for (const line of packages) assert.match(line, /^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*$/);
  });
});
