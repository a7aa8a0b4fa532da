import { dirname, join } from 'node:path';
import { throwIfInterrupted } from '../base/failure';
import { linkAtomically } from '../base/files';
import type { FleetHome } from '../base/fleet-home';
import { obtainBatch } from './batch';
import { cached } from './cache';
import { toolEnvironment } from './environment';
import { secondsToBuild } from './estimate';
import { batches, readToolchain, type ToolName, type ToolPin, toolNames } from './manifest';
import { executablesOnPath, installedPlugin } from './on-path';
import type { Tool, ToolOptions, Tools } from './tool';
import { fits, versionOf } from './version';

export { type Tool, type ToolEvent, type ToolOptions, type Tools, toolPath } from './tool';

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
  const wanted = (options.names ?? toolNames).map((name) => pinOf(pins, name));
  const tools = new Map<ToolName, Tool>();
  const keep = (tool: Tool) => {
    tools.set(tool.name, tool);
    options.onEvent?.({ kind: 'found', tool });
  };
  const found = await Promise.all(wanted.map((pin) => ready(options, pin)));
  throwIfInterrupted(options.signal);
  for (const tool of found) if (tool !== undefined) keep(tool);
  const missing = inBatches(wanted.filter((pin) => !tools.has(pin.name)));
  for (const [index, batch] of missing.entries()) {
    const laterSeconds = secondsToBuild(missing.slice(index + 1).flat());
    await obtainBatch({ options, pins, batch, tools, keep, laterSeconds });
  }
  linkForTheOperator(options.home, tools);
  return tools;
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

function inBatches(missing: readonly ToolPin[]): readonly (readonly ToolPin[])[] {
  return batches
    .map((names) => names.flatMap((name) => missing.filter((pin) => pin.name === name)))
    .filter((batch) => batch.length > 0);
}

function pinOf(pins: readonly ToolPin[], name: ToolName): ToolPin {
  const pin = pins.find((each) => each.name === name);
  if (pin === undefined) throw new Error(`tools/toolchain.json pins no ${name}`);
  return pin;
}

function linkForTheOperator(home: FleetHome, tools: Tools): void {
  for (const tool of tools.values()) linkAtomically(tool.path, join(home.bin, tool.name));
}
