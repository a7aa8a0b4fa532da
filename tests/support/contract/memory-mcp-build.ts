import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import { type FleetHome, fleetHome } from '../../../operate/base/fleet-home';
import { withLock } from '../../../operate/base/lock';
import { isOlder, lastLines } from '../../../operate/toolchain/go';
import { isExecutable } from '../../../operate/toolchain/on-path';
import { dbusLibrary } from './dbus';
import { Missing, required } from './missing';

/** The server of the plan's image, built from its published crate with the features of the release image. */
const version = '0.17.1';
const features = 'k8s,otlp';
/** The Rust version that the crate itself asks for. */
const minimumRust = '1.95.0';
const rustRemedy = `install Rust ${minimumRust} or newer, so that cargo is on PATH`;

/**
 * The real server, built once and then kept in the fleet home. Safe in several processes at once and to kill at any
 * time: the next build goes on where this one stopped, and what lies in its place is whole.
 *
 * @returns path of the executable
 * @throws Missing where it has to be built and this machine cannot
 */
export function obtainMemoryMcp(home: FleetHome = fleetHome()): Promise<string> {
  const known = obtained.get(home.root) ?? obtain(home);
  obtained.set(home.root, known);
  return known;
}

/** Every suite of a run asks; a build that failed is not tried again for the next. */
const obtained = new Map<string, Promise<string>>();

async function obtain(home: FleetHome): Promise<string> {
  const place = join(home.tools, 'memory-mcp', version);
  const executable = join(place, 'bin', 'memory-mcp');
  if (isExecutable(executable)) return executable;
  await requireCompilers();
  await withLock(home.locks, `memory-mcp-${version}`, async () => {
    if (!isExecutable(executable)) await build(home, place);
  });
  return executable;
}

async function requireCompilers(): Promise<void> {
  const cargo = required('cargo', rustRemedy);
  for (const tool of ['cc', 'c++', 'make', 'perl']) required(tool, 'install the packages build-essential and perl');
  const { stdout } = await runChild(cargo, ['--version'], { env: inherited() });
  const found = /cargo (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (found === undefined || isOlder(found, minimumRust)) {
    throw new Missing(`the server needs Rust ${minimumRust} and cargo here is ${found ?? 'not usable'}`, rustRemedy);
  }
}

async function build(home: FleetHome, place: string): Promise<void> {
  // Under this name, and not a random one, so that what a killed build compiled is used by the next.
  const scratch = join(home.scratch, `memory-mcp-${version}`);
  const root = join(scratch, 'root');
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'lib'), { recursive: true });
  const environment = await buildEnvironment(home, scratch, root);
  const started = Date.now();
  console.log(`    building memory-mcp ${version}, once; this takes about a quarter of an hour on two cores`);
  const result = await runChild(required('cargo', rustRemedy), cargoArguments(root), { env: environment });
  if (result.exitCode !== 0) throw new Error(`building memory-mcp ${version} failed:\n${lastLines(result.stderr, 20)}`);
  console.log(`    built memory-mcp ${version} in ${Math.round((Date.now() - started) / 1000)} s`);
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { recursive: true, force: true });
  renameSync(root, place);
  rmSync(scratch, { recursive: true, force: true });
}

function cargoArguments(root: string): string[] {
  const exact = ['memory-mcp', '--version', version, '--features', features, '--locked'];
  return [...operatorsSettings(), 'install', ...exact, '--root', root];
}

/** With a CARGO_HOME of ours cargo would not see the mirrors and proxies that the operator configured. */
function operatorsSettings(): string[] {
  if (process.env.CARGO_HOME) return [];
  const files = ['config.toml', 'config'].map((name) => join(homedir(), '.cargo', name));
  const file = files.find((path) => existsSync(path));
  return file === undefined ? [] : ['--config', file];
}

/**
 * The environment of the build. libdbus is the one library that the crate takes from the system, for a desktop keyring
 * that no pod has: it is copied beside the executable, which finds it there, and our answer in place of pkg-config's
 * knows it alone. So neither its development package nor pkg-config is needed, and every other library is built from
 * the sources that the crates bring.
 */
async function buildEnvironment(home: FleetHome, scratch: string, root: string): Promise<Record<string, string>> {
  const environment: Record<string, string> = {
    CARGO_HOME: join(scratch, 'cargo'),
    ...inherited(),
    CARGO_TARGET_DIR: join(scratch, 'target'),
    // Upstream optimises over all crates at once, on one core; without that the server is the same and built much sooner.
    CARGO_PROFILE_RELEASE_LTO: 'off',
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  };
  // Each of these would take the place of RUSTFLAGS or move the result.
  for (const name of ['CARGO_ENCODED_RUSTFLAGS', 'CARGO_BUILD_TARGET']) delete environment[name];
  if (process.platform !== 'linux') return environment;
  await dbusLibrary(home, join(root, 'lib'));
  const linked = join(scratch, 'link');
  rmSync(linked, { recursive: true, force: true });
  mkdirSync(linked);
  symlinkSync(join(root, 'lib', 'libdbus-1.so.3'), join(linked, 'libdbus-1.so'));
  return {
    ...environment,
    PKG_CONFIG: pkgConfigOf(scratch, linked),
    // The loader replaces $ORIGIN by the executable's folder
    RUSTFLAGS: '-C link-arg=-Wl,-rpath,$ORIGIN/../lib',
  };
}

function pkgConfigOf(scratch: string, linked: string): string {
  const path = join(scratch, 'pkg-config');
  // Flags are separated by spaces; one within a path is escaped.
  const script = `#!/bin/sh
case "$*" in *dbus-1*) ;; *) exit 1 ;; esac
case "$*" in *--modversion*) echo 1.14.0 ;; *) printf '%s\\n' '-L${linked.replaceAll(' ', '\\ ')} -ldbus-1' ;; esac
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

function inherited(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
}
