import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Plan } from '../components/system';
import { shortDiff } from './diff';
import { renderPlan } from './plan';

/** Folder of all overlays, relative to the project. */
export const overlaysPath = 'deploy/k8s/overlays';

/** A file of an overlay that is not as rendered. */
export interface OverlayDifference {
  /** Path inside the overlay. */
  readonly path: string;
  /** `stale` is a file that nothing describes any more. */
  readonly state: 'missing' | 'stale' | 'differs';
  /** The first lines that differ: `- ` as it is, `+ ` as rendered. */
  readonly diff: readonly string[];
}

/**
 * How the committed overlay of a stack differs from its plan, one text for each file; nothing where Argo CD would apply
 * exactly what the plan describes.
 */
export function overlayDifferences(projectDir: string, stack: string, plan: Plan): string[] {
  const found = compareOverlay(join(projectDir, overlaysPath, stack), renderPlan(plan, stack));
  return found.map((difference) => differenceInWords(`${overlaysPath}/${stack}`, difference));
}

/** One difference as a message of one or several lines. */
export function differenceInWords(folder: string, { path, state, diff }: OverlayDifference): string {
  const words = { missing: 'is missing', stale: 'is stale: nothing describes it any more', differs: 'differs:' };
  return [`${folder}/${path} ${words[state]}`, ...diff.map((line) => `    ${line}`)].join('\n');
}

/** Every file of a folder that is not as rendered, by path. */
export function compareOverlay(folder: string, rendered: ReadonlyMap<string, string>): OverlayDifference[] {
  return compareFiles(filesIn(folder), rendered);
}

/** Every file that is not as rendered, by path. */
export function compareFiles(
  found: ReadonlyMap<string, string>,
  rendered: ReadonlyMap<string, string>,
): OverlayDifference[] {
  const differences: OverlayDifference[] = [];
  for (const path of [...new Set([...rendered.keys(), ...found.keys()])].sort()) {
    const [before, after] = [found.get(path), rendered.get(path)];
    if (before === after) continue;
    if (before === undefined) differences.push({ path, state: 'missing', diff: [] });
    else if (after === undefined) differences.push({ path, state: 'stale', diff: [] });
    else differences.push({ path, state: 'differs', diff: shortDiff(before, after) });
  }
  return differences;
}

/**
 * Makes a folder hold exactly the rendered files. The new content is complete before it takes the place of the old in one
 * rename, so a run that is killed leaves no mixture; nothing that a link inside the folder points at is touched.
 *
 * @returns what it changed
 */
export function writeOverlay(folder: string, rendered: ReadonlyMap<string, string>): OverlayDifference[] {
  const differences = compareOverlay(folder, rendered);
  if (differences.length === 0) return differences;
  const beside = (suffix: string) => join(dirname(folder), `.${basename(folder)}.${suffix}`);
  const [fresh, former] = [beside('new'), beside('old')];
  const remove = (path: string) => rmSync(path, { recursive: true, force: true });
  remove(fresh);
  remove(former);
  for (const [path, content] of rendered) {
    const file = join(fresh, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  if (lstatSync(folder, { throwIfNoEntry: false })) renameSync(folder, former);
  renameSync(fresh, folder);
  remove(former);
  return differences;
}

/** Names of the overlays that belong to none of the given stacks. */
export function strayOverlays(projectDir: string, stacks: readonly string[]): string[] {
  return entriesOf(join(projectDir, overlaysPath))
    .filter((entry) => entry.isDirectory() && !stacks.includes(entry.name))
    .map(({ name }) => name)
    .sort();
}

/** The text of every file below a folder, by its path with `/`. A link has no text of its own. */
function filesIn(folder: string): Map<string, string> {
  return new Map(
    entriesOf(folder, true).flatMap((entry) => {
      if (entry.isDirectory()) return [];
      const file = join(entry.parentPath, entry.name);
      const path = relative(folder, file).split(sep).join('/');
      return [[path, entry.isFile() ? readFileSync(file, 'utf8') : '']];
    }),
  );
}

function entriesOf(folder: string, recursive = false) {
  const isFolder = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory();
  return isFolder ? readdirSync(folder, { recursive, withFileTypes: true }) : [];
}
