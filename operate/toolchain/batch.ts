import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { throwIfInterrupted } from '../base/failure';
import { withLock } from '../base/lock';
import { cached, cachePath, store } from './cache';
import { toolEnvironment } from './environment';
import { secondsToBuild } from './estimate';
import { binaryName, goBuild } from './go';
import { hasCompiledPackages, withGoCaches } from './go-caches';
import type { ToolPin } from './manifest';
import type { Tool, ToolOptions, Tools } from './tool';
import { installerOf, storeInstalled, vendorInstall, vendorLimit } from './vendor';
import { fits, versionOf } from './version';

/** Tools of one module that are missing, and what obtaining them needs. */
export interface Batch {
  readonly options: ToolOptions;
  /** Every pin: an installer can fetch more than it was asked for. */
  readonly pins: readonly ToolPin[];
  readonly batch: readonly ToolPin[];
  /** What is there already; it grows with each call of {@link keep}. */
  readonly tools: Tools;
  readonly keep: (tool: Tool) => void;
  readonly laterSeconds: number;
}

/**
 * Obtains what a batch still misses, from vendors or else by one build.
 *
 * Two processes never obtain tools of one module at the same time: the later one waits, and finds them in the cache.
 */
export async function obtainBatch(work: Batch): Promise<void> {
  const { home, signal, onEvent } = work.options;
  const missing = stillMissing(work);
  const [first] = missing;
  if (first === undefined) return;
  await withLock(home.locks, `tools-${first.module}`, () => fill(work), {
    signal,
    onWait: () => onEvent?.({ kind: 'waiting', pins: missing }),
  });
}

function stillMissing({ batch, tools }: Batch): readonly ToolPin[] {
  return batch.filter((pin) => !tools.has(pin.name));
}

async function fill(work: Batch): Promise<void> {
  const { home, projectDir, signal, onEvent } = work.options;
  for (const pin of stillMissing(work)) {
    const path = cached(home, projectDir, pin);
    if (path !== undefined) work.keep({ name: pin.name, path, version: pin.version, source: 'cache' });
  }
  await askVendors(work);
  const missing = stillMissing(work);
  if (missing.length === 0) return;
  await withGoCaches(home, () => build(work, missing), {
    signal,
    onWait: () => onEvent?.({ kind: 'waiting', pins: missing }),
  });
}

async function askVendors(work: Batch): Promise<void> {
  const asked = new Set<string>();
  for (const pin of stillMissing(work)) {
    const installer = installerOf(pin.name);
    if (installer === undefined || asked.has(installer) || work.tools.has(pin.name)) continue;
    asked.add(installer);
    await askVendor(work, pin);
    throwIfInterrupted(work.options.signal);
  }
}

async function askVendor(work: Batch, pin: ToolPin): Promise<void> {
  const { options, pins, tools, keep } = work;
  const { home, projectDir, signal, onEvent } = options;
  const have = Object.fromEntries([...tools].map(([name, tool]) => [name, tool.path]));
  const onBytes = (bytes: number) => onEvent?.({ kind: 'vendor', pin, bytes });
  onBytes(0);
  const limit = options.stallLimit ?? vendorLimit;
  await vendorInstall(pin, { home, projectDir, pins, limit, signal, onBytes, have }, async (installed) => {
    for (const each of pins) {
      const file = installed[each.name];
      if (file === undefined || tools.has(each.name)) continue;
      const version = await versionOf(each, file, toolEnvironment(home));
      if (version === undefined || !fits(each.name, version, each.version)) continue;
      const place = cachePath(home, projectDir, each);
      await storeInstalled(each, place, file);
      keep({ name: each.name, path: place, version, source: 'vendor' });
    }
  });
}

/** Runs while nobody else builds, so what lies in the output folder was left by a build that was killed. */
async function build(work: Batch, pins: readonly ToolPin[]): Promise<void> {
  const { home, projectDir, signal, onEvent } = work.options;
  const seconds = secondsToBuild(pins, hasCompiledPackages(home));
  onEvent?.({ kind: 'building', pins, seconds, laterSeconds: work.laterSeconds });
  const output = join(home.go, 'output');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  try {
    await goBuild(home, projectDir, pins, output, signal);
    for (const pin of pins) {
      const place = cachePath(home, projectDir, pin);
      await store(place, async (temporary) => renameSync(join(output, binaryName(pin)), temporary));
      work.keep({ name: pin.name, path: place, version: pin.version, source: 'build' });
    }
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}
