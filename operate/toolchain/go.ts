import { readFileSync } from 'node:fs';
import { availableParallelism, homedir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { runChild } from '../base/child';
import { Failure, throwIfInterrupted } from '../base/failure';
import type { FleetHome } from '../base/fleet-home';
import type { ToolPin } from './manifest';

/**
 * The environment of every Go command of ours.
 *
 * Settings of the operator that would change what is built are overridden by name: an unset or empty variable would
 * fall back to their `go env -w` file. Where modules come from (GOPROXY and what belongs to it) stays theirs, so their
 * file is still read. What Go writes (caches, module sources, counters) lies in the fleet home unless the environment
 * itself names places, so that a build leaves nothing in the home directory.
 */
export function goEnvironment(
  home: FleetHome,
  environment: NodeJS.ProcessEnv = process.env,
  machine: Machine = thisMachine(),
): Record<string, string> {
  const inherited = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const settings = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  return {
    GOPATH: join(home.go, 'path'),
    GOCACHE: join(home.go, 'build'),
    GOMODCACHE: join(home.go, 'modules'),
    GOENV: join(settings, 'go', 'env'),
    ...collectorSettings(machine),
    ...Object.fromEntries(inherited),
    // Go counts its own use below this folder.
    XDG_CONFIG_HOME: join(home.go, 'config'),
    GOFLAGS: '-mod=readonly -modcacherw -buildvcs=false',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
    GOOS: process.platform,
    GOARCH: process.arch === 'x64' ? 'amd64' : process.arch,
    CGO_ENABLED: '0',
  };
}

/** What a build has on this machine. */
interface Machine {
  /** Bytes. */
  readonly memory: number;
  readonly cores: number;
}

function thisMachine(): Machine {
  // The limit of a container, where there is one; without one it is a number that no machine has.
  return { memory: Math.min(totalmem(), process.constrainedMemory() || totalmem()), cores: availableParallelism() };
}

const mebibyte = 2 ** 20;

/**
 * Compilers collect no garbage before they have their share of half the memory: with the largest packages a third of
 * their time goes into it. Where a share is small, Go's own way is quicker.
 */
function collectorSettings({ cores, memory }: Machine): Record<string, string> {
  const share = Math.floor(memory / 2 / cores / mebibyte);
  return share < 1024 ? {} : { GOGC: 'off', GOMEMLIMIT: `${Math.min(share, 3072)}MiB` };
}

/**
 * Makes sure that a Go is there which can do what is needed.
 *
 * @param needed what it is needed for, the start of the message
 * @param how what Go has to do with it
 * @throws Failure naming what was found and what is needed
 */
export async function requireGo(
  home: FleetHome,
  minimum: string,
  needed: string,
  how = 'built from source',
): Promise<void> {
  const found = await goVersion(home);
  if (found !== undefined && !isOlder(found, minimum)) return;
  const there = found === undefined ? 'there is no Go on PATH' : `the Go on PATH is ${found}, older than ${minimum}`;
  throw new Failure(
    `${needed} must be ${how}, and ${there}`,
    `install Go ${minimum} or newer, so that \`go\` is on your PATH, and run the command again`,
  );
}

/** The Go version that a module below `tools/` declares, such as 1.26. */
export function declaredGoVersion(projectDir: string, module: string): string {
  const text = readFileSync(join(projectDir, 'tools', module, 'go.mod'), 'utf8');
  const found = /^go (\d+(?:\.\d+)+)/m.exec(text)?.[1];
  if (found === undefined) throw new Error(`tools/${module}/go.mod declares no Go version`);
  return found;
}

/** Whether dotted version `found` comes before `minimum`, comparing number by number. */
export function isOlder(found: string, minimum: string): boolean {
  const left = found.split('.').map(Number);
  const right = minimum.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * Builds tools of one module in one go, so that each package which several of them use is compiled once.
 *
 * @param folder where the binaries go, under the names of {@link binaryName}; when this throws, any may be there, or
 * half of it
 * @throws Failure with the compiler's last lines; Interrupted
 */
export async function goBuild(
  home: FleetHome,
  projectDir: string,
  pins: readonly ToolPin[],
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const [module] = new Set(pins.map((pin) => pin.module));
  if (module === undefined) return;
  const names = toolsInWords(pins);
  await requireGo(home, declaredGoVersion(projectDir, module), names);
  const result = await runChild('go', buildArguments(pins, folder), {
    cwd: join(projectDir, 'tools', module),
    env: goEnvironment(home),
    signal,
  });
  throwIfInterrupted(signal);
  if (result.exitCode === 0) return;
  throw new Failure(
    `building ${names} failed: ${lastLines(result.stderr)}`,
    'check that the Go module proxy can be reached and that the disk has room, then run the command again; it goes on where it stopped',
  );
}

/** Arguments of `go build` for tools of one module. The linker leaves out flags about packages that a tool has not. */
export function buildArguments(pins: readonly ToolPin[], folder: string): readonly string[] {
  const ldflags = ['-s -w', ...new Set(pins.map((pin) => pin.ldflags))].join(' ').trim();
  const tags = [...new Set(pins.flatMap((pin) => pin.tags ?? []))];
  return [
    'build',
    '-mod=readonly',
    '-trimpath',
    ...(tags.length === 0 ? [] : ['-tags', tags.join(',')]),
    '-ldflags',
    ldflags,
    '-o',
    `${folder}/`,
    ...pins.map((pin) => pin.package),
  ];
}

/** How `go build` names the binary of a package: by the last part of its path that is no major version. */
export function binaryName(pin: ToolPin): string {
  return basename(pin.package.replace(/\/v\d+$/, ''));
}

/** Tools for a sentence, such as `etcd 3.6.5 and kubectl 1.35.4`. */
export function toolsInWords(pins: readonly ToolPin[]): string {
  return new Intl.ListFormat('en').format(pins.map((pin) => `${pin.name} ${pin.version}`));
}

/** The last lines of a long output, where tools put the reason. */
export function lastLines(text: string, count = 5): string {
  return text.trim().split('\n').slice(-count).join('\n  ');
}

async function goVersion(home: FleetHome): Promise<string | undefined> {
  const result = await runChild('go', ['env', 'GOVERSION'], { env: goEnvironment(home) });
  return /go(\d+(?:\.\d+)+)/.exec(result.stdout)?.[1];
}
