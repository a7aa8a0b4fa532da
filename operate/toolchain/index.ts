import { dirname, join } from 'node:path';
import { throwIfInterrupted } from '../base/failure';
import { linkAtomically } from '../base/files';
import type { FleetHome } from '../base/fleet-home';
import { withLock } from '../base/lock';
import { cached, cachePath, store } from './cache';
import { toolEnvironment } from './environment';
import { goBuild } from './go';
import { withGoCaches } from './go-caches';
import { judgeNames, readToolchain, type ToolName, type ToolPin, toolNames } from './manifest';
import { executablesOnPath, installedPlugin, isExecutable } from './on-path';
import type { StallLimit } from './stall';
import { storeBrought, vendorInstall, vendorLimit } from './vendor';
import { fits, versionOf } from './version';

/** Where a tool came from. */
export type ToolSource = 'path' | 'cache' | 'vendor' | 'build';

/** A tool that is ready to run. */
export interface Tool {
  readonly name: ToolName;
  readonly path: string;
  readonly version: string;
  readonly source: ToolSource;
}

/** Tools by name. Only those that were asked for are there; see {@link toolPath}. */
export type Tools = ReadonlyMap<ToolName, Tool>;

/** What is going on while tools are obtained. */
export type ToolEvent =
  | { readonly kind: 'found'; readonly tool: Tool }
  | { readonly kind: 'waiting'; readonly pin: ToolPin }
  | { readonly kind: 'vendor'; readonly pin: ToolPin; readonly bytes: number }
  | {
      readonly kind: 'building';
      readonly pin: ToolPin;
      /** Tools that may still have to be built after this one, in seconds of a cold build. */
      readonly laterSeconds: number;
    };

/** What obtaining tools needs. */
export interface ToolOptions {
  readonly home: FleetHome;
  /** The checkout whose `tools/` pins the versions. */
  readonly projectDir: string;
  /** @default every tool that a control plane and a deployment need */
  readonly names?: readonly ToolName[];
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ToolEvent) => void) | undefined;
  /** Where tools of the operator's own are looked for. @default the process's PATH */
  readonly searchPath?: string;
  /** How long a vendor's download may stand still. @default {@link vendorLimit} */
  readonly stallLimit?: StallLimit;
}

/**
 * Obtains the tools: each from the search path if its version fits, else from the cache, else from its vendor's own
 * installer where that is reachable, else built from its pinned Go module. Fills the cache and the links in `bin/`.
 *
 * Safe to run in several processes at once, and to kill at any time: the next run goes on where this one stopped.
 *
 * @throws Failure where a tool has to be built and cannot; Interrupted
 */
export async function obtainTools(options: ToolOptions): Promise<Tools> {
  const pins = readToolchain(options.projectDir);
  const wanted = inOrder(options.names ?? toolNames).map((name) => pinOf(pins, name));
  const tools = new Map<ToolName, Tool>();
  const missing = await addReady(options, wanted, tools);
  const triedInstallers = new Set<string>();
  for (const [index, pin] of missing.entries()) {
    if (tools.has(pin.name)) continue;
    const laterSeconds = missing.slice(index + 1).reduce((sum, later) => sum + later.buildSeconds, 0);
    await obtainOne({ options, pins, pin, tools, triedInstallers, laterSeconds });
  }
  linkForTheOperator(options.home, tools);
  return tools;
}

/**
 * The path of a tool.
 *
 * @throws Error where the tool was not obtained, which is a defect of the caller
 */
export function toolPath(tools: Tools, name: ToolName): string {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`${name} was not obtained`);
  return tool.path;
}

interface Obtaining {
  readonly options: ToolOptions;
  readonly pins: readonly ToolPin[];
  readonly pin: ToolPin;
  readonly tools: Map<ToolName, Tool>;
  readonly triedInstallers: Set<string>;
  readonly laterSeconds: number;
}

async function addReady(options: ToolOptions, wanted: readonly ToolPin[], tools: Map<ToolName, Tool>) {
  const found = await Promise.all(wanted.map((pin) => ready(options, pin)));
  throwIfInterrupted(options.signal);
  for (const tool of found) if (tool !== undefined) keep(options, tools, tool);
  return wanted.filter((pin) => !tools.has(pin.name));
}

async function ready(options: ToolOptions, pin: ToolPin): Promise<Tool | undefined> {
  const { home, projectDir } = options;
  const plugin = pin.name === 'pulumi-resource-kubernetes' ? installedPlugin(pin.version) : undefined;
  if (plugin !== undefined) return { name: pin.name, path: plugin, version: pin.version, source: 'path' };
  for (const path of executablesOnPath(pin.name, options.searchPath ?? process.env.PATH ?? '')) {
    // The links in `bin` are made to what is found here: one that was found there would come to point at itself.
    if (dirname(path) === home.bin) continue;
    const version = await versionOf(pin, path, toolEnvironment(home));
    if (version !== undefined && fits(pin.name, version, pin.version)) {
      return { name: pin.name, path, version, source: 'path' };
    }
  }
  const path = cached(home, projectDir, pin);
  return path === undefined ? undefined : { name: pin.name, path, version: pin.version, source: 'cache' };
}

async function obtainOne(work: Obtaining): Promise<void> {
  const { options, pin, tools } = work;
  const { home, projectDir, signal, onEvent } = options;
  const place = cachePath(home, projectDir, pin);
  const lockName = place
    .slice(home.tools.length + 1)
    .split('/')
    .slice(0, 2)
    .join('-');
  await withLock(home.locks, lockName, () => fill(work, place), {
    signal,
    onWait: () => onEvent?.({ kind: 'waiting', pin }),
  });
  if (!tools.has(pin.name)) throw new Error(`${pin.name} did not arrive`);
}

/** Runs under the tool's lock, so whoever waited for it finds the tool in the cache. */
async function fill(work: Obtaining, place: string): Promise<void> {
  const { options, pin, tools, laterSeconds } = work;
  const { home, projectDir, signal, onEvent } = options;
  if (isExecutable(place)) {
    keep(options, tools, { name: pin.name, path: place, version: pin.version, source: 'cache' });
    return;
  }
  await tryVendor(work);
  throwIfInterrupted(signal);
  if (tools.has(pin.name)) return;
  const build = async () => {
    onEvent?.({ kind: 'building', pin, laterSeconds });
    await store(place, (temporary) => goBuild(home, projectDir, pin, temporary, signal));
  };
  await withGoCaches(home, build, { signal, onWait: () => onEvent?.({ kind: 'waiting', pin }) });
  keep(options, tools, { name: pin.name, path: place, version: pin.version, source: 'build' });
}

async function tryVendor(work: Obtaining): Promise<void> {
  const { options, pin, pins, tools, triedInstallers } = work;
  const { home, projectDir, signal, onEvent } = options;
  // The folder of sources stands for the vendor: kwokctl brings etcd and Kubernetes in one run, or neither.
  const installer = pin.group === 'etcd' ? 'kubernetes' : pin.group;
  if (triedInstallers.has(installer)) return;
  triedInstallers.add(installer);
  const have = Object.fromEntries([...tools].map(([name, tool]) => [name, tool.path]));
  const onBytes = (bytes: number) => onEvent?.({ kind: 'vendor', pin, bytes });
  onBytes(0);
  const limit = options.stallLimit ?? vendorLimit;
  await vendorInstall(pin, { home, projectDir, pins, limit, signal, onBytes, have }, async (brought) => {
    for (const each of pins) {
      const file = brought[each.name];
      if (file === undefined || tools.has(each.name)) continue;
      const version = await versionOf(each, file, toolEnvironment(home));
      if (version === undefined || !fits(each.name, version, each.version)) continue;
      const place = cachePath(home, projectDir, each);
      await storeBrought(each, place, file);
      keep(options, tools, { name: each.name, path: place, version, source: 'vendor' });
    }
  });
}

function keep(options: ToolOptions, tools: Map<ToolName, Tool>, tool: Tool): void {
  tools.set(tool.name, tool);
  options.onEvent?.({ kind: 'found', tool });
}

/** kwokctl comes first, because it brings others; the engine before its plugin, because it installs that. */
function inOrder(names: readonly ToolName[]): readonly ToolName[] {
  const first: readonly ToolName[] = ['kwok', 'kwokctl'];
  const rest = [...toolNames, ...judgeNames].filter((name) => !first.includes(name));
  return [...first, ...rest].filter((name) => names.includes(name));
}

function pinOf(pins: readonly ToolPin[], name: ToolName): ToolPin {
  const pin = pins.find((each) => each.name === name);
  if (pin === undefined) throw new Error(`tools/toolchain.json pins no ${name}`);
  return pin;
}

function linkForTheOperator(home: FleetHome, tools: Tools): void {
  for (const tool of tools.values()) linkAtomically(tool.path, join(home.bin, tool.name));
}
