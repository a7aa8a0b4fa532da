import assert from 'node:assert/strict';
import { itIsARecipe, recipeFiles } from '../../support/unit/recipe';

const folder = 'personal-knowledge';

describe('the recipe of the image of Personal Knowledge MCP', () => {
  // With glibc, which one of its packages is built for alone.
  itIsARecipe({ folder, base: 'docker.io/oven/bun:1.3.11-slim', user: 1001 });

  const read = recipeFiles(folder);
  const dockerfile = read('Dockerfile');

  it('installs what the lock file says, and lets no package run a script of its own', () => {
    const installs = dockerfile.match(/bun install[^&\\]*/g) ?? [];
    assert.ok(installs.length > 0);
    for (const install of installs) assert.match(install, /--frozen-lockfile --ignore-scripts/);
  });

  it('takes the second start of the transport out of upstream, and changes nothing else', () => {
    const changed = read('streamable-http.patch').match(/^[-+](?![-+]).*/gm);
    assert.deepEqual(changed, ['-      // Start the transport', '-      await transport.start();', '-']);
    assert.match(dockerfile, /^RUN git apply \/patches\/streamable-http\.patch$/m);
  });
});
