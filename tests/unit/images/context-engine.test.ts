import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'images', 'context-engine');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the recipe of the image of Context Engine', () => {
  const dockerfile = read('Dockerfile');

  it('pins every package of Python to one version', () => {
    const lines = read('requirements.txt').split('\n');
    const packages = lines.filter((line) => line !== '' && !line.startsWith('#'));
    assert.ok(packages.length > 80);
    for (const line of packages) assert.match(line, /^[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*$/);
  });

  it('takes the same whole revision of upstream in both stages, and names it in its README', () => {
    const revisions = new Set([...dockerfile.matchAll(/^ARG REVISION=(.*)$/gm)].map(([, revision]) => revision));
    assert.equal(revisions.size, 1);
    const [revision = ''] = revisions;
    assert.match(revision, /^[0-9a-f]{40}$/);
    assert.ok(read('README.md').includes(revision));
  });

  it('starts from one pinned base image, and runs as the user of the plan', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    assert.deepEqual(bases, Array(2).fill('docker.io/library/python:3.11.14-slim-bookworm'));
    assert.match(dockerfile, /^USER 1000:1000$/m);
    assert.ok(dockerfile.lastIndexOf('USER ') > dockerfile.lastIndexOf('RUN '));
  });

  it('sends only to the build what it copies', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm)].map(([, name]) => `!${name}`);
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!') && line !== '!Dockerfile');
    assert.deepEqual(allowed.sort(), copied.sort());
  });
});
