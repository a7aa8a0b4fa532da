import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', '..', 'images', 'personal-knowledge');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the recipe of the image of Personal Knowledge MCP', () => {
  const dockerfile = read('Dockerfile');

  it('takes the same whole revision of upstream in both stages, and names it in its README', () => {
    const revisions = new Set([...dockerfile.matchAll(/^ARG REVISION=(.*)$/gm)].map(([, revision]) => revision));
    assert.equal(revisions.size, 1);
    const [revision = ''] = revisions;
    assert.match(revision, /^[0-9a-f]{40}$/);
    assert.ok(read('README.md').includes(revision));
  });

  it('starts from one pinned base image with glibc, and runs as the user of the plan', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    assert.deepEqual(bases, Array(2).fill('docker.io/oven/bun:1.3.11-slim'));
    assert.match(dockerfile, /^USER 1001:1001$/m);
    assert.ok(dockerfile.lastIndexOf('USER ') > dockerfile.lastIndexOf('RUN '));
  });

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

  it('sends only to the build what it copies', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(\S+)/gm)].map(([, name]) => `!${name}`);
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!') && line !== '!Dockerfile');
    assert.deepEqual(allowed.sort(), copied.sort());
  });
});
