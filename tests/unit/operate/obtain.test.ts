import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, Interrupted } from '../../../operate/base/failure';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { obtainTools, type ToolEvent, type ToolOptions, toolPath } from '../../../operate/toolchain';
import { cachePath, store } from '../../../operate/toolchain/cache';
import type { ToolPin } from '../../../operate/toolchain/manifest';
import { folder, removeFolders, standIn, withEnvironment } from '../../support/unit/operate';

function pinOf(name: 'kwok' | 'kwokctl'): ToolPin {
  return {
    name,
    version: '0.8.0',
    module: 'shared',
    package: `example.test/${name}`,
    ldflags: '-X main.version=0.8.0',
    versionArgs: ['--version'],
    versionPattern: '^version (\\d+\\.\\d+\\.\\d+)',
    buildSeconds: 1,
  };
}

const pin = pinOf('kwokctl');

/** A checkout that pins two tools of one module. */
function checkout(goVersion = '1.26'): string {
  const projectDir = folder();
  const module = join(projectDir, 'tools', 'shared');
  mkdirSync(module, { recursive: true });
  writeFileSync(join(projectDir, 'tools', 'toolchain.json'), JSON.stringify({ tools: [pinOf('kwok'), pin] }));
  writeFileSync(join(module, 'go.mod'), `module example.test/tools\n\ngo ${goVersion}\n`);
  writeFileSync(join(module, 'go.sum'), '');
  return projectDir;
}

/** A folder with a stand-in for `go`: it notes each build and runs the script for every package, as `$out`. */
function goThat(build: string, version = 'go1.26.8'): { path: string; builds: () => number } {
  const place = folder();
  const log = join(place, 'builds');
  standIn(
    join(place, 'go'),
    `[ "$1" = env ] && { echo ${version}; exit 0; }
echo build >> ${log}
while [ "$1" != -o ]; do shift; done
folder=$2; shift 2
for package; do
out=$folder\${package##*/}
${build}
done`,
  );
  const builds = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0);
  return { path: place, builds };
}

const writeTool = `printf '#!/bin/sh\\necho version 0.8.0\\n' > "$out"`;

/** Obtains kwokctl, with nothing on the search path but the given folder and the system's own. */
function obtain(options: Omit<ToolOptions, 'names'>, goFolder: string) {
  return withGo(goFolder, () => obtainKwokctl(options));
}

function filesBelow(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

function obtainKwokctl(options: Omit<ToolOptions, 'names'>) {
  return obtainTools({ names: ['kwokctl'], searchPath: '', ...options });
}

function withGo<T>(goFolder: string, work: () => Promise<T>) {
  return withEnvironment({ PATH: `${goFolder}:/usr/bin:/bin` }, work);
}

describe('obtaining a tool', () => {
  afterEach(removeFolders);

  it('builds it once, then takes it from the cache, and links it for the operator', async () => {
    const [home, projectDir, go] = [fleetHomeAt(folder()), checkout(), goThat(writeTool)];
    const built = await obtain({ home, projectDir }, go.path);
    const again = await obtain({ home, projectDir }, go.path);
    assert.equal(built.get('kwokctl')?.source, 'build');
    assert.equal(again.get('kwokctl')?.source, 'cache');
    assert.equal(go.builds(), 1);
    assert.equal(readlinkSync(join(home.bin, 'kwokctl')), toolPath(built, 'kwokctl'));
  });

  it('builds what is missing of a module in one go', async () => {
    const [home, projectDir, go] = [fleetHomeAt(folder()), checkout(), goThat(writeTool)];
    const options = { home, projectDir, names: ['kwok', 'kwokctl'] as const, searchPath: '' };
    const tools = await withGo(go.path, () => obtainTools(options));
    assert.deepEqual(
      [...tools.values()].map(({ name, source }) => `${name} ${source}`),
      ['kwok build', 'kwokctl build'],
    );
    assert.equal(go.builds(), 1);
    for (const tool of tools.values()) assert.match(readFileSync(tool.path, 'utf8'), /version 0\.8\.0/);
  });

  it('takes away what a killed build left, and nothing of it for a tool', async () => {
    const [home, projectDir, go] = [fleetHomeAt(folder()), checkout(), goThat(writeTool)];
    const left = join(home.go, 'output', 'kwokctl');
    mkdirSync(dirname(left), { recursive: true });
    writeFileSync(left, 'half');
    const tools = await obtain({ home, projectDir }, go.path);
    assert.match(readFileSync(toolPath(tools, 'kwokctl'), 'utf8'), /version 0\.8\.0/);
    assert.equal(existsSync(dirname(left)), false);
  });

  it('prefers the operator’s own where its version fits, and only there', async () => {
    const [home, projectDir, go] = [fleetHomeAt(folder()), checkout(), goThat(writeTool)];
    const [fitting, other] = [folder(), folder()];
    standIn(join(fitting, 'kwokctl'), 'echo version 0.8.0');
    standIn(join(other, 'kwokctl'), 'echo version 0.7.0');
    const searchPath = `${other}:${fitting}`;
    const tools = await obtain({ home, projectDir, searchPath }, go.path);
    assert.deepEqual(tools.get('kwokctl'), {
      name: 'kwokctl',
      path: join(fitting, 'kwokctl'),
      version: '0.8.0',
      source: 'path',
    });
    assert.equal(go.builds(), 0);
  });

  it('never takes its own links for the operator’s tools, also where they are on the search path', async () => {
    const [home, projectDir, go] = [fleetHomeAt(folder()), checkout(), goThat(writeTool)];
    const built = await obtain({ home, projectDir }, go.path);
    await obtain({ home, projectDir, searchPath: home.bin }, go.path);
    assert.equal(readlinkSync(join(home.bin, 'kwokctl')), toolPath(built, 'kwokctl'));
  });

  it('builds once when two ask at the same time', async () => {
    const [home, projectDir] = [fleetHomeAt(folder()), checkout()];
    const go = goThat(`sleep 0.5; ${writeTool}`);
    const events: ToolEvent[] = [];
    const onEvent = (event: ToolEvent) => events.push(event);
    const one = () => obtainKwokctl({ home, projectDir, onEvent });
    const both = await withGo(go.path, () => Promise.all([one(), one()]));
    assert.deepEqual(both.map((tools) => tools.get('kwokctl')?.source).sort(), ['build', 'cache']);
    assert.equal(go.builds(), 1);
    assert.ok(events.some((event) => event.kind === 'waiting'));
  });

  it('leaves nothing in the cache when a build fails, and says why and what to do', async () => {
    const [home, projectDir] = [fleetHomeAt(folder()), checkout()];
    const go = goThat('echo half > "$out"; echo "undefined: thing" >&2; exit 1');
    await assert.rejects(obtain({ home, projectDir }, go.path), (error: Failure) => {
      assert.match(error.message, /building kwokctl 0\.8\.0 failed: undefined: thing/);
      assert.match(error.remedy, /module proxy/);
      return error instanceof Failure;
    });
    assert.deepEqual(filesBelow(home.root), []);
  });

  it('leaves nothing in the cache when it is interrupted, and can go on afterwards', async () => {
    const [home, projectDir] = [fleetHomeAt(folder()), checkout()];
    const slow = goThat('echo half > "$out"; sleep 30');
    const stop = new AbortController();
    const onEvent = (event: ToolEvent) => {
      if (event.kind === 'building') setTimeout(() => stop.abort(), 300);
    };
    await assert.rejects(obtain({ home, projectDir, signal: stop.signal, onEvent }, slow.path), Interrupted);
    assert.deepEqual(filesBelow(home.root), []);
    const tools = await obtain({ home, projectDir }, goThat(writeTool).path);
    assert.equal(tools.get('kwokctl')?.source, 'build');
  });

  it('says in one line that Go is missing or too old', async () => {
    const [home, projectDir] = [fleetHomeAt(folder()), checkout('1.99')];
    await assert.rejects(
      withEnvironment({ PATH: '/no/such' }, () => obtainKwokctl({ home, projectDir })),
      /kwokctl 0\.8\.0 must be built from source, and there is no Go on PATH/,
    );
    await assert.rejects(
      obtain({ home, projectDir }, goThat(writeTool).path),
      /the Go on PATH is 1\.26\.8, older than 1\.99/,
    );
  });

  it('keeps tools of different pins apart', () => {
    const home = fleetHomeAt('/f');
    const projectDir = checkout();
    const first = cachePath(home, projectDir, pin);
    assert.notEqual(cachePath(home, projectDir, { ...pin, ldflags: '-X main.version=other' }), first);
    assert.notEqual(cachePath(home, projectDir, { ...pin, tags: ['small'] }), first);
    const local = join(projectDir, 'tools', 'shared', 'sdk');
    mkdirSync(local);
    for (const file of [join(local, 'local.go'), join(projectDir, 'tools', 'shared', 'go.sum')]) {
      const before = cachePath(home, projectDir, pin);
      writeFileSync(file, 'changed');
      assert.notEqual(cachePath(home, projectDir, pin), before, file);
    }
  });
});

describe('the cache', () => {
  afterEach(removeFolders);

  it('shows a file only when it is whole', async () => {
    const path = join(folder(), 'tool', '1.0.0', 'bin', 'tool');
    await store(path, async (temporary) => {
      writeFileSync(temporary, 'half');
      assert.equal(existsSync(path), false);
    });
    assert.equal(readFileSync(path, 'utf8'), 'half');
  });

  it('takes away what a killed run left, and nothing that somebody is writing', async () => {
    const path = join(folder(), 'bin', 'tool');
    mkdirSync(dirname(path));
    const alive = `.${process.pid}-half`;
    for (const name of ['.999999999-half', alive]) writeFileSync(join(dirname(path), name), 'half');
    await store(path, async (temporary) => writeFileSync(temporary, 'whole'));
    assert.deepEqual(readdirSync(dirname(path)).sort(), [alive, 'tool']);
  });
});
