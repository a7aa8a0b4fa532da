import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { obtainTools } from '../../../operate/toolchain';
import { cachePath } from '../../../operate/toolchain/cache';
import type { ToolName, ToolPin } from '../../../operate/toolchain/manifest';
import { folder, removeFolders, standIn, withEnvironment } from '../../support/unit/operate';

const stallLimit = { start: 0.6, pause: 0.6 };

function pinOf(name: ToolName, version: string): ToolPin {
  const versionPattern = '^version (\\d+\\.\\d+\\.\\d+)';
  return {
    name,
    version,
    module: 'shared',
    package: `example.test/${name}`,
    ldflags: '',
    versionArgs: ['--version'],
    versionPattern,
    buildSeconds: 1,
  };
}

const pins = [
  pinOf('kwokctl', '0.8.0'),
  pinOf('etcd', '3.6.5'),
  pinOf('kube-apiserver', '1.35.4'),
  pinOf('pulumi', '3.259.0'),
];

/** A checkout with these pins, and a home whose cache has kwokctl, a stand-in that runs the given script. */
function scene(kwokctl: string) {
  const projectDir = folder();
  mkdirSync(join(projectDir, 'tools', 'shared'), { recursive: true });
  writeFileSync(join(projectDir, 'tools', 'shared', 'go.mod'), 'module m\n\ngo 1.26\n');
  writeFileSync(join(projectDir, 'tools', 'toolchain.json'), JSON.stringify({ tools: pins }));
  const home = fleetHomeAt(folder());
  const [pin] = pins;
  assert.ok(pin);
  standIn(cachePath(home, projectDir, pin), kwokctl);
  return { home, projectDir };
}

/** Obtains tools with a stand-in for Go, and tells where each came from. */
async function obtain(where: ReturnType<typeof scene>, ...names: ToolName[]) {
  const place = folder();
  const build = `while [ "$1" != -o ]; do shift; done
out=$2; shift 2
for package; do printf '#!/bin/sh\\necho built\\n' > "$out\${package##*/}"; done`;
  standIn(join(place, 'go'), `[ "$1" = env ] && { echo go1.26.8; exit 0; }\n${build}`);
  const options = { ...where, names: ['kwokctl', ...names] as const, searchPath: '', stallLimit };
  const tools = await withEnvironment({ PATH: `${place}:/usr/bin:/bin` }, () => obtainTools(options));
  return names.map((name) => tools.get(name)?.source);
}

/** What kwokctl does with its downloads: keeps them in its cache and links them into the cluster's `bin`. */
const download = (name: string, version: string) => `
mkdir=/bin/mkdir; ln=/bin/ln; chmod=/bin/chmod
$mkdir -p "$KWOK_WORKDIR/cache" "$KWOK_WORKDIR/clusters/vendor/bin"
printf '#!/bin/sh\\necho version ${version}\\n' > "$KWOK_WORKDIR/cache/${name}"
$chmod +x "$KWOK_WORKDIR/cache/${name}"
$ln -s "$KWOK_WORKDIR/cache/${name}" "$KWOK_WORKDIR/clusters/vendor/bin/${name}"`;

describe('vendors’ own installers', () => {
  afterEach(removeFolders);

  it('bring several tools in one run, into the cache', async () => {
    const log = join(folder(), 'runs');
    const where = scene(`echo run >> ${log}${download('etcd', '3.6.5')}${download('kube-apiserver', '1.35.4')}`);
    assert.deepEqual(await obtain(where, 'etcd', 'kube-apiserver'), ['vendor', 'vendor']);
    assert.deepEqual(await obtain(where, 'etcd', 'kube-apiserver'), ['cache', 'cache']);
    assert.equal(readFileSync(log, 'utf8'), 'run\n');
  });

  it('are asked for the pinned versions, on the loopback address, outside the home directory', async () => {
    const log = join(folder(), 'seen');
    const seen = 'echo "$KWOK_ETCD_VERSION $KWOK_KUBE_VERSION $KUBECONFIG"';
    const where = scene(
      `{ ${seen}; while [ $# -gt 0 ]; do [ "$1" = --config ] && /bin/cat "$2"; shift; done; } > ${log}; exit 1`,
    );
    await obtain(where, 'etcd');
    const text = readFileSync(log, 'utf8');
    assert.match(text, /^3\.6\.5 v1\.35\.4 \/dev\/null\n/);
    assert.match(text, /bindAddress: 127\.0\.0\.1/);
  });

  it('that fail are followed by a build, and are not asked again for the next tool', async () => {
    const log = join(folder(), 'runs');
    const where = scene(`echo run >> ${log}; exit 1`);
    assert.deepEqual(await obtain(where, 'etcd', 'kube-apiserver'), ['build', 'build']);
    assert.equal(readFileSync(log, 'utf8'), 'run\n');
  });

  it('that stand still are given up within their limit, and leave nothing behind', async () => {
    const where = scene('while :; do echo retrying; /bin/sleep 0.1; done');
    const begun = Date.now();
    assert.deepEqual(await obtain(where, 'etcd'), ['build']);
    assert.ok(Date.now() - begun < 6000);
    assert.deepEqual(
      readdirSync(where.home.scratch).filter((name) => name.startsWith('vendor-')),
      [],
    );
  });

  it('that bring another version are not believed', async () => {
    const where = scene(download('etcd', '3.5.0'));
    assert.deepEqual(await obtain(where, 'etcd'), ['build']);
  });

  it('of the engine is its npm package, and what lies beside the engine comes along', async () => {
    const where = scene('exit 1');
    const shim = join(where.projectDir, 'node_modules', 'pulumi', 'run.js');
    mkdirSync(dirname(shim), { recursive: true });
    writeFileSync(
      shim,
      `const fs = require('fs'); const bin = process.env.PULUMI_HOME + '/versions/' + process.env.PULUMI_VERSION + '/bin/';
       fs.mkdirSync(bin, { recursive: true });
       fs.writeFileSync(bin + 'pulumi', '#!/bin/sh\\necho version 3.259.0\\n', { mode: 0o755 });
       fs.writeFileSync(bin + 'pulumi-language-nodejs', '', { mode: 0o755 });`,
    );
    assert.deepEqual(await obtain(where, 'pulumi'), ['vendor']);
    const pin = pins.find(({ name }) => name === 'pulumi');
    assert.ok(pin);
    const bin = dirname(cachePath(where.home, where.projectDir, pin));
    assert.equal(existsSync(join(bin, 'pulumi-language-nodejs')), true);
    assert.equal(existsSync(join(where.home.pulumi, 'versions')), false);
  });
});
