import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FleetHome } from '../base/fleet-home';
import { stopProcesses } from '../local-cluster/processes';
import { storeCopy } from './cache';
import { toolEnvironment } from './environment';
import type { ToolName, ToolPin } from './manifest';
import { type LimitedRun, runWithStallLimit, type StallLimit } from './stall';

/** How long a vendor's download may stand still, in seconds, before its source is built instead. */
export const vendorLimit: StallLimit = { start: 5, pause: 15 };

/** What a vendor's installer works with. */
export interface VendorRun {
  readonly home: FleetHome;
  readonly projectDir: string;
  /** Every pin: one installer can fetch several tools. */
  readonly pins: readonly ToolPin[];
  readonly limit: StallLimit;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Tools that are there already. */
  readonly have: Readonly<Partial<Record<ToolName, string>>>;
}

/** Files that an installer fetched, by tool. They lie in a scratch folder and are gone when `take` returns. */
export type Installed = Readonly<Partial<Record<ToolName, string>>>;

/**
 * Lets the vendor's own installer fetch a tool, if it has one that fetches: the engine's npm package, the engine's
 * plugin acquisition, kwokctl for everything that it runs. kwok and kwokctl themselves come from source.
 *
 * An installer works in a scratch folder that is deleted afterwards, so one that is cut off leaves nothing behind.
 *
 * @param take stores what was fetched; not called where nothing was
 */
export async function vendorInstall(
  pin: ToolPin,
  run: VendorRun,
  take: (files: Installed) => Promise<void>,
): Promise<void> {
  const install = installation(pin, run);
  if (install === undefined) return;
  mkdirSync(run.home.scratch, { recursive: true });
  const folder = mkdtempSync(join(run.home.scratch, 'vendor-'));
  try {
    mkdirSync(join(folder, 'tmp'));
    const result = await install(folder);
    if (result.outcome === 'done') await take(installed(pin.name, folder));
  } finally {
    await stopProcesses(kwokClusterFolder(folder));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Stores a file from an installer, with what lies beside it: the engine finds its language hosts there. */
export async function storeInstalled(pin: ToolPin, place: string, file: string): Promise<void> {
  if (pin.name === 'pulumi') copyNeighbours(dirname(file), dirname(place));
  await storeCopy(place, file);
}

/** The program that fetches a tool; undefined where it has none. */
export function installerOf(name: ToolName): 'npm' | 'pulumi' | 'kwokctl' | undefined {
  if (name === 'pulumi') return 'npm';
  if (name === 'pulumi-resource-kubernetes') return 'pulumi';
  return name === 'kubectl' || (name !== 'kwok' && name in binaryFlags) ? 'kwokctl' : undefined;
}

/** How to run a tool's installer; undefined where it has none, or its installer is not there. */
function installation(pin: ToolPin, run: VendorRun): ((folder: string) => Promise<LimitedRun>) | undefined {
  const { pulumi, kwokctl } = run.have;
  switch (installerOf(pin.name)) {
    case 'npm':
      return (folder) =>
        start(run, folder, process.execPath, [npmShim(run.projectDir), 'version'], { PULUMI_VERSION: pin.version });
    case 'pulumi':
      if (pulumi === undefined) return undefined;
      return (folder) => start(run, folder, pulumi, ['plugin', 'install', 'resource', 'kubernetes', pin.version], {});
    case 'kwokctl':
      if (kwokctl === undefined) return undefined;
      return (folder) => start(run, folder, kwokctl, kwokctlArguments(run, folder), kwokctlEnvironment(run, folder));
    default:
      return undefined;
  }
}

function start(
  run: VendorRun,
  folder: string,
  command: string,
  args: readonly string[],
  more: Record<string, string>,
): Promise<LimitedRun> {
  const env = toolEnvironment(run.home, { PULUMI_HOME: join(folder, 'pulumi'), TMPDIR: join(folder, 'tmp'), ...more });
  return runWithStallLimit(command, args, { ...run, env, watch: folder });
}

/** kwokctl has no download of its own: it downloads what `create cluster` misses, one after another, and starts it. */
function kwokctlArguments(run: VendorRun, folder: string): readonly string[] {
  const config = join(folder, 'kwokctl.yaml');
  writeFileSync(config, loopbackOnly);
  const flags = Object.entries(binaryFlags).flatMap(([name, flag]) => {
    const path = run.have[name as ToolName];
    return path === undefined ? [] : [`--${flag}`, path];
  });
  const fixed = [
    'create',
    'cluster',
    '--name',
    'vendor',
    '--runtime',
    'binary',
    '--config',
    config,
    '--kubeconfig',
    '',
  ];
  return [...fixed, '--quiet-pull', ...flags];
}

/** Without it kwokctl binds every component, also an etcd without authentication, to all addresses. */
const loopbackOnly = `apiVersion: config.kwok.x-k8s.io/v1alpha1
kind: KwokctlConfiguration
options:
  bindAddress: 127.0.0.1
`;

function kwokctlEnvironment(run: VendorRun, folder: string): Record<string, string> {
  const version = (name: ToolName) => run.pins.find((pin) => pin.name === name)?.version ?? '';
  const kubectl = run.have.kubectl === undefined ? {} : { KWOK_KUBECTL_BINARY: run.have.kubectl };
  return {
    KWOK_WORKDIR: folder,
    // An empty search path: kwokctl takes any kubectl that it finds there, whatever its version.
    PATH: join(folder, 'tmp'),
    KWOK_KUBE_VERSION: `v${version('kube-apiserver')}`,
    KWOK_ETCD_VERSION: version('etcd'),
    ...kubectl,
  };
}

const binaryFlags: Readonly<Partial<Record<ToolName, string>>> = {
  etcd: 'etcd-binary',
  'kube-apiserver': 'kube-apiserver-binary',
  'kube-controller-manager': 'kube-controller-manager-binary',
  'kube-scheduler': 'kube-scheduler-binary',
  kwok: 'kwok-controller-binary',
};

function installed(name: ToolName, folder: string): Installed {
  if (name === 'pulumi') return pick({ pulumi: firstMatch(join(folder, 'pulumi', 'versions'), 'bin/pulumi') });
  if (name === 'pulumi-resource-kubernetes')
    return pick({ [name]: firstMatch(join(folder, 'pulumi', 'plugins'), name) });
  const bin = join(kwokClusterFolder(folder), 'bin');
  const names = [...Object.keys(binaryFlags), 'kubectl'].filter((tool) => existsSync(join(bin, tool)));
  return Object.fromEntries(names.map((tool) => [tool, realpathSync(join(bin, tool))]));
}

function kwokClusterFolder(folder: string): string {
  return join(folder, 'clusters', 'vendor');
}

function pick(files: Partial<Record<ToolName, string | undefined>>): Installed {
  return Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function firstMatch(folder: string, tail: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .map((entry) => join(folder, entry, tail))
    .find((path) => existsSync(path));
}

function copyNeighbours(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    if (name !== 'pulumi') cpSync(join(from, name), join(to, name), { recursive: true });
  }
}

function npmShim(projectDir: string): string {
  return join(projectDir, 'node_modules', 'pulumi', 'run.js');
}
