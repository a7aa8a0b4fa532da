import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { runChild } from '../base/child';
import { Failure, throwIfInterrupted } from '../base/failure';
import type { FleetHome } from '../base/fleet-home';
import type { ApiObject } from '../cluster/api';
import { goEnvironment, lastLines, requireGo } from '../toolchain/go';
import { withGoCaches } from '../toolchain/go-caches';

/** A module that definitions are copied from, with the checksum that its content must have. */
interface ModulePin {
  readonly module: string;
  readonly version: string;
  readonly sum: string;
}

interface DefinitionPin extends ModulePin {
  readonly name: string;
  readonly directory: string;
  /** File names; `*` stands for any part of a name. */
  readonly files: readonly string[];
}

interface Pins {
  readonly kwok: ModulePin & { readonly stages: readonly string[] };
  readonly crds: readonly DefinitionPin[];
}

/** What a control plane of ours is given beside its own kinds. */
export interface Definitions {
  /** Changes when any pin changes. */
  readonly hash: string;
  /** The custom resource definitions, parsed. */
  readonly crds: readonly ApiObject[];
  /** kwok's own stages for nodes and pods, as YAML: a stage of ours switches the built-in ones off. */
  readonly stages: string;
}

/** What loading definitions needs. */
export interface DefinitionOptions {
  readonly home: FleetHome;
  readonly projectDir: string;
  readonly signal?: AbortSignal | undefined;
  /** Called once where they have to be fetched. */
  readonly onFetch?: ((modules: number) => void) | undefined;
}

/** The Go that module downloads are tried with. */
const minimumGo = '1.26';

/**
 * Loads the definitions that `tools/crds.json` pins, fetching them once per set of pins with `go mod download`.
 * Each module's content is compared with its pinned checksum before a file of it is read.
 *
 * @throws Failure where a module cannot be had or is not what was pinned; Interrupted
 */
export async function loadDefinitions(options: DefinitionOptions): Promise<Definitions> {
  const text = readFileSync(join(options.projectDir, 'tools', 'crds.json'), 'utf8');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const folder = join(options.home.definitions, hash);
  if (!existsSync(folder)) await fetchInto(folder, JSON.parse(text) as Pins, options);
  return {
    hash,
    crds: JSON.parse(readFileSync(join(folder, 'crds.json'), 'utf8')) as ApiObject[],
    stages: readFileSync(join(folder, 'stages.yaml'), 'utf8'),
  };
}

/** Fills the folder in one step, so a folder that exists is whole. */
async function fetchInto(folder: string, pins: Pins, options: DefinitionOptions): Promise<void> {
  const modules = [pins.kwok, ...pins.crds];
  options.onFetch?.(modules.length);
  const { home, signal } = options;
  await withGoCaches(home, async () => copyInto(folder, pins, await download(modules, options), home), { signal });
}

function copyInto(folder: string, pins: Pins, directories: Map<string, string>, home: FleetHome): void {
  mkdirSync(home.scratch, { recursive: true });
  const temporary = mkdtempSync(join(home.scratch, 'definitions-'));
  try {
    const crds = pins.crds.flatMap((pin) => definitionsOf(pin, directoryOf(directories, pin)));
    const stages = pins.kwok.stages.map((file) =>
      readFileSync(join(directoryOf(directories, pins.kwok), file), 'utf8'),
    );
    writeFileSync(join(temporary, 'crds.json'), JSON.stringify(crds));
    writeFileSync(join(temporary, 'stages.yaml'), stages.join('\n---\n'));
    mkdirSync(home.definitions, { recursive: true });
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function download(modules: readonly ModulePin[], options: DefinitionOptions): Promise<Map<string, string>> {
  const { home, signal } = options;
  await requireGo(home, minimumGo, 'the resource definitions', 'fetched as Go modules');
  mkdirSync(home.scratch, { recursive: true });
  const names = [...new Set(modules.map((pin) => `${pin.module}@${pin.version}`))];
  const result = await runChild('go', ['mod', 'download', '-json', ...names], {
    cwd: home.scratch,
    // The pinned checksum decides, so no checksum server has to be reached.
    env: { ...goEnvironment(home), GONOSUMDB: '*' },
    signal,
  });
  throwIfInterrupted(signal);
  const answers = parseAnswers(result.stdout);
  for (const pin of modules) verify(pin, answers, result.stderr);
  return new Map(answers.map((answer) => [answer.Path, answer.Dir ?? '']));
}

interface ModuleAnswer {
  readonly Path: string;
  readonly Dir?: string;
  readonly Sum?: string;
  readonly Error?: string;
}

/** The command prints one JSON object after another, each ending in a line with a lone brace. */
function parseAnswers(output: string): readonly ModuleAnswer[] {
  return output
    .split(/(?<=^\})\n/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part) as ModuleAnswer);
}

/** @throws Failure naming the module where it did not arrive or has another checksum */
export function verify(pin: ModulePin, answers: readonly ModuleAnswer[], stderr: string): void {
  const answer = answers.find((each) => each.Path === pin.module);
  if (answer === undefined || answer.Error !== undefined) {
    throw new Failure(
      `the module ${pin.module} ${pin.version} could not be fetched: ${answer?.Error ?? lastLines(stderr)}`,
      'check that the Go module proxy can be reached (`go env GOPROXY`) and run the command again',
    );
  }
  if (answer.Sum !== pin.sum) {
    throw new Failure(
      `the module ${pin.module} ${pin.version} has checksum ${answer.Sum}, and ${pin.sum} is pinned`,
      'do not use it: the module proxy serves something else than was reviewed',
    );
  }
}

function directoryOf(directories: Map<string, string>, pin: ModulePin): string {
  return directories.get(pin.module) ?? '';
}

function definitionsOf(pin: DefinitionPin, moduleFolder: string): readonly ApiObject[] {
  const folder = join(moduleFolder, pin.directory);
  const names = readdirSync(folder);
  return pin.files.flatMap((pattern) => {
    const found = names.filter((name) => matches(name, pattern)).sort();
    if (found.length === 0) throw new Error(`${pin.module} ${pin.version} has no ${pin.directory}/${pattern}`);
    return found.flatMap((name) => parseDefinitions(readFileSync(join(folder, name), 'utf8')));
  });
}

function matches(name: string, pattern: string): boolean {
  const [head = '', tail] = pattern.split('*');
  return tail === undefined ? name === pattern : name.startsWith(head) && name.endsWith(tail);
}

function parseDefinitions(text: string): readonly ApiObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as ApiObject | null)
    .filter((object): object is ApiObject => object?.kind === 'CustomResourceDefinition');
}
