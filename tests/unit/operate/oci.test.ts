import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image } from '../../../operate/oci/image';
import { packImage } from '../../../operate/oci/pack';

describe('a packed image', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-oci-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const long = `/opt/${'a'.repeat(90)}/${'b'.repeat(90)}/${'é'.repeat(20)}`;

  const image = (files: string): Image => ({
    name: 'registry.example:5000/team/app:1.2-x',
    files: {
      '/usr/bin/app': { from: join(files, 'app') },
      '/usr/bin/app-link': { link: 'app' },
      '/etc/app.conf': { text: 'key=value\n', owner: [7, 8] },
      '/entry.sh': { text: '#!/bin/sh\n', executable: true },
      '/tmp': { folder: { mode: 0o1777 } },
      '/home/app/.cache': { folder: {}, owner: [1000, 1001] },
      [long]: { text: '' },
    },
    config: { User: 'app', Env: ['A=b'], Entrypoint: ['/entry.sh'], Cmd: ['app'], StopSignal: 'SIGINT' },
  });

  const made = (name: string, mode = 0o755, time = 1): string => {
    const files = join(folder, name);
    mkdirSync(files);
    writeFileSync(join(files, 'app'), 'program');
    chmodSync(join(files, 'app'), mode);
    utimesSync(join(files, 'app'), time, time);
    return files;
  };

  const tar = (...args: string[]) => execFileSync('tar', args, { encoding: 'utf8' });
  const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
  const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

  it('is an image layout in which every digest, size and reference is right', async () => {
    const { path, digest, name } = await packImage(image(made('files')), join(folder, 'packed'));
    const layout = join(folder, 'layout');
    mkdirSync(layout);
    tar('-xf', path, '-C', layout);
    assert.deepEqual(json(join(layout, 'oci-layout')), { imageLayoutVersion: '1.0.0' });
    const blobs = join(layout, 'blobs', 'sha256');
    for (const blob of readdirSync(blobs)) assert.equal(sha256(join(blobs, blob)), blob);
    const at = ({ digest, size }: { digest: string; size: number }) => {
      const blob = join(blobs, digest.replace(/^sha256:/, ''));
      assert.equal(readFileSync(blob).length, size);
      return blob;
    };

    const [entry, ...others] = json(join(layout, 'index.json')).manifests;
    assert.deepEqual(others, []);
    assert.equal(entry.digest, digest);
    assert.equal(entry.mediaType, 'application/vnd.oci.image.manifest.v1+json');
    assert.equal(entry.annotations['io.containerd.image.name'], name);
    assert.equal(entry.annotations['org.opencontainers.image.ref.name'], '1.2-x');
    const manifest = json(at(entry));
    assert.equal(manifest.schemaVersion, 2);
    assert.equal(manifest.config.mediaType, 'application/vnd.oci.image.config.v1+json');
    assert.deepEqual(
      manifest.layers.map(({ mediaType }: { mediaType: string }) => mediaType),
      ['application/vnd.oci.image.layer.v1.tar'],
    );
    const { config, os, rootfs } = json(at(manifest.config));
    assert.equal(os, 'linux');
    assert.deepEqual(rootfs, { type: 'layers', diff_ids: [`sha256:${sha256(at(manifest.layers[0]))}`] });
    assert.deepEqual(config, {
      User: 'app',
      Env: ['A=b'],
      Entrypoint: ['/entry.sh'],
      Cmd: ['app'],
      StopSignal: 'SIGINT',
    });
    assert.equal(readdirSync(blobs).length, 3);

    const listed = tar(
      '--numeric-owner',
      '--full-time',
      '--utc',
      '--quoting-style=literal',
      '-tvf',
      at(manifest.layers[0]),
    );
    const lines = listed
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ').replace('1970-01-01 00:00:00 ', ''));
    const [, ...parts] = long.split('/');
    assert.deepEqual(lines, [
      '-rwxr-xr-x 0/0 10 entry.sh',
      'drwxr-xr-x 0/0 0 etc/',
      '-rw-r--r-- 7/8 10 etc/app.conf',
      'drwxr-xr-x 0/0 0 home/',
      'drwxr-xr-x 0/0 0 home/app/',
      'drwxr-xr-x 1000/1001 0 home/app/.cache/',
      'drwxr-xr-x 0/0 0 opt/',
      `drwxr-xr-x 0/0 0 ${parts.slice(0, 2).join('/')}/`,
      `drwxr-xr-x 0/0 0 ${parts.slice(0, 3).join('/')}/`,
      `-rw-r--r-- 0/0 0 ${parts.join('/')}`,
      'drwxrwxrwt 0/0 0 tmp/',
      'drwxr-xr-x 0/0 0 usr/',
      'drwxr-xr-x 0/0 0 usr/bin/',
      '-rwxr-xr-x 0/0 7 usr/bin/app',
      'lrwxrwxrwx 0/0 0 usr/bin/app-link -> app',
    ]);
  });

  it('is the same for the same content, whatever its order, its time and the umask were', async () => {
    const first = await packImage(image(made('a')), join(folder, 'packed'));
    const { files, ...rest } = image(made('b', 0o700, 1_000_000));
    const again = { ...rest, files: Object.fromEntries(Object.entries(files).reverse()) };
    cpSync(first.path, join(folder, 'kept'));
    rmSync(first.path);
    assert.deepEqual(await packImage(again, join(folder, 'packed')), first);
    assert.deepEqual(readFileSync(first.path), readFileSync(join(folder, 'kept')));
  });

  it('is another one for other content, owners, permissions and settings', async () => {
    const one = image(made('files'));
    const [app = '', conf = ''] = Object.keys(one.files);
    const others: Image[] = [
      { ...one, files: { ...one.files, '/etc/app.conf': { text: 'key=other\n', owner: [7, 8] } } },
      { ...one, files: { ...one.files, '/etc/app.conf': { text: 'key=value\n', owner: [7, 9] } } },
      { ...one, files: { ...one.files, [app]: { from: join(made('not-executable', 0o644), 'app') } } },
      { ...one, files: { ...one.files, [conf]: { link: 'other' } } },
      { ...one, config: { ...one.config, User: 'other' } },
    ];
    const digests = await Promise.all([one, ...others].map(async (each) => (await packImage(each, folder)).digest));
    assert.equal(new Set(digests).size, others.length + 1);
  });

  it('has an archive for each of its names', async () => {
    const one = image(made('files'));
    const other = { ...one, name: 'other.example/group/app:1.2-x' };
    const packed = await Promise.all([one, other].map((each) => packImage(each, folder)));
    for (const { digest, name, path } of packed) {
      assert.equal(digest, packed[0]?.digest);
      const index = JSON.parse(tar('-xOf', path, 'index.json'));
      assert.equal(index.manifests[0].annotations['io.containerd.image.name'], name);
    }
  });

  it('is kept: what lies there is not written again', async () => {
    const packed = await packImage(image(made('files')), folder);
    writeFileSync(packed.path, 'kept');
    await packImage(image(join(folder, 'files')), folder);
    assert.equal(readFileSync(packed.path, 'utf8'), 'kept');
  });

  for (const name of ['app:1', 'docker.io/library/app', 'registry.example:5000/app', 'docker.io/app@sha256:00']) {
    it(`is not packed as ${name}`, async () => {
      await assert.rejects(packImage({ ...image(made('files')), name }, folder), new RegExp(`not under "${name}"`));
    });
  }
});
