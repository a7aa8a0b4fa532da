import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Recipe {
  /** Folder below `images/`. */
  readonly folder: string;
  /** The base image of every stage. */
  readonly base: string;
  /** Whom the plan runs it as. */
  readonly user: number;
}

/** The files of a recipe, by their names. */
export function recipeFiles(folder: string): (name: string) => string {
  return (name) => readFileSync(join(__dirname, '..', '..', '..', 'images', folder, name), 'utf8');
}

/** What holds of every recipe of an image of ours. */
export function itIsARecipe({ base, folder, user }: Recipe): void {
  const read = recipeFiles(folder);
  const dockerfile = read('Dockerfile');

  it('takes the same whole revision of upstream in both stages, and names it in its README', () => {
    const revisions = new Set([...dockerfile.matchAll(/^ARG REVISION=(.*)$/gm)].map(([, revision]) => revision));
    assert.equal(revisions.size, 1);
    const [revision = ''] = revisions;
    assert.match(revision, /^[0-9a-f]{40}$/);
    assert.ok(read('README.md').includes(revision));
  });

  it('starts from one pinned base image, and runs as the user of the plan', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, each]) => each);
    assert.deepEqual(bases, Array(2).fill(base));
    assert.match(dockerfile, new RegExp(`^USER ${user}:${user}$`, 'm'));
    assert.ok(dockerfile.lastIndexOf('USER ') > dockerfile.lastIndexOf('RUN '));
  });

  it('sends only to the build what it copies', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm)].map(([, name]) => `!${name}`);
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!') && line !== '!Dockerfile');
    assert.deepEqual(allowed.sort(), copied.sort());
  });
}
