import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { librariesOf } from '../../operate/oci/libraries';
import { Missing, orSkip, required } from '../support/contract/missing';
import { distributionProgram } from '../support/contract/program';

/** Another C library has another loader, and another way to say what a program needs. */
function requireGlibc(): void {
  const remedy = 'use a distribution with the C library of GNU';
  const answer = execFileSync(required('ldd', remedy), ['--version'], { encoding: 'utf8' });
  if (!/GLIBC|GNU libc/.test(answer)) throw new Missing('ldd here is not of the C library of GNU', remedy);
}

describe('the libraries that come into an image with a program', () => {
  let folder: string;
  let curl: string;
  before(async function () {
    await orSkip(this, requireGlibc);
    ({ path: curl } = await orSkip(this, () => distributionProgram('curl')));
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-libraries-'));
  });
  after(() => rmSync(folder ?? '', { recursive: true, force: true }));

  /** Another program, which asks for a library under another name. */
  const renamed = (from: string, to: string): string => {
    const path = join(folder, to);
    writeFileSync(path, readFileSync(curl, 'latin1').replaceAll(from, to), { encoding: 'latin1', mode: 0o755 });
    return path;
  };

  it('are all that it asks for, with its loader, beside the C library', async () => {
    const files = await librariesOf([curl]);
    const paths = Object.keys(files);
    const libc = paths.find((path) => basename(path) === 'libc.so.6') ?? '';
    const loaders = paths.filter((path) => /^ld-linux/.test(basename(path)));
    assert.equal(loaders.length, 1, paths.join(' '));
    assert.ok(
      loaders[0] && readFileSync(curl, 'latin1').includes(`${loaders[0]}\0`),
      'at the path that the program names',
    );
    assert.deepEqual([...new Set(paths.filter((path) => path !== loaders[0]).map(dirname))], [dirname(libc)]);
    for (const name of ['libcurl.so.4', 'libz.so.1']) assert.ok(files[join(dirname(libc), name)], name);
  });

  it('are found in the folders that are named, and come to the same place', async () => {
    const known = Object.values(await librariesOf([curl])).map((content) => ('from' in content ? content.from : ''));
    const from = known.find((path) => basename(path).startsWith('libcurl.so')) ?? '';
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'libcurx.so.4'), readFileSync(from));
    const files = await librariesOf([renamed('libcurl.so.4', 'libcurx.so.4')], own);
    const [place, content] = Object.entries(files).find(([path]) => path.endsWith('/libcurx.so.4')) ?? [];
    assert.deepEqual(content, { from: join(own, 'libcurx.so.4') });
    assert.ok(files[join(dirname(place ?? ''), 'libc.so.6')]);
    assert.deepEqual(readdirSync(own), ['libcurx.so.4']);
  });

  it('are none where it is linked statically', async function () {
    const { path } = await orSkip(this, () => distributionProgram('catatonit'));
    assert.deepEqual(await librariesOf([path]), {});
  });

  it('must all be there', async () => {
    const program = renamed('libcurl.so.4', 'libcury.so.4');
    await assert.rejects(librariesOf([curl, program]), new RegExp(`${program}.*libcury\\.so\\.4, which is not on`));
  });

  it('are not asked of a script, which would come without its program', async () => {
    const script = join(folder, 'wrapper');
    writeFileSync(script, `#!/bin/sh\nexec ${curl} "$@"\n`, { mode: 0o755 });
    await assert.rejects(librariesOf([script]), /wrapper is a script/);
  });
});
