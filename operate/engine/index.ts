import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DestroyOptions,
  LocalWorkspace,
  type OutputMap,
  type PreviewOptions,
  type PulumiFn,
  type RefreshOptions,
  Stack,
  type UpOptions,
} from '@pulumi/pulumi/automation';
import { parse } from 'yaml';
import { Failure, throwIfInterrupted } from '../base/failure';
import type { FleetHome } from '../base/fleet-home';
import { serversIn } from '../cluster/kubeconfig';
import type { Tools } from '../toolchain';
import { toolEnvironment } from '../toolchain/environment';
import { aheadOfGit } from './ahead-of-git';
import { backendUrl, removeDescriptions } from './backend';
import { EngineError, engineCommand, linkProvider } from './command';
import { guardEngineConnection, neverStarted } from './engine-connection';
import { failureOf } from './engine-failure';
import { type Changes, eventLog } from './events';
import { killOrphanedProviders } from './orphans';
import { ensurePassphrase } from './passphrase';
import { checkpointPath, pendingOperations } from './pending-operations';
import { removeStaleLocks } from './stale-locks';
import { type ConfigOverrides, refreshWorkFiles } from './work-files';

export type { Changes } from './events';
export { nothingChanged } from './events';
export type { ConfigOverrides } from './work-files';

/** What opening a stack needs. */
export interface StackOptions {
  /** Name of the stack; `Pulumi.<stack>.yaml` of the checkout is its configuration. */
  readonly stack: string;
  readonly home: FleetHome;
  readonly tools: Tools;
  /** The cluster that the provider talks to. */
  readonly kubeconfig: string;
  /** The checkout. Nothing is written into it. */
  readonly projectDir: string;
  /** The program. @default what `index.ts` of the checkout exports */
  readonly program?: PulumiFn;
  /** Folder of the state, the work files and the passphrase; one per cluster. @default `state/local` of the home */
  readonly stateDir?: string;
  /** Configuration on top of the stack file, by full key. */
  readonly configOverrides?: ConfigOverrides;
}

/** What an operation did, or would do. */
export interface Outcome {
  readonly changes: Changes;
  readonly warnings: readonly string[];
  /** The engine's own text. */
  readonly output: string;
}

/** A stack that operations can be run on, one at a time. */
export interface OpenStack {
  readonly name: string;
  /** Where the engine works; holds copies of the project's files. */
  readonly workDir: string;
  /** @param options with `lookAhead`, where the plan may run ahead of what Argo CD follows. @default false */
  preview(options?: PreviewOptions & { readonly lookAhead?: boolean }): Promise<Outcome>;
  up(options?: UpOptions): Promise<Outcome & { readonly outputs: OutputMap }>;
  refresh(options?: RefreshOptions): Promise<Outcome>;
  destroy(options?: DestroyOptions): Promise<Outcome>;
  outputs(): Promise<OutputMap>;
}

/**
 * Opens a stack with the real engine and a file backend of its own; creates it where it does not exist.
 *
 * Each operation works on the stack file as it is in the checkout at that moment, and first clears what a killed run
 * left behind: its providers, locks of dead processes, files that were half written, and operations whose end nobody recorded (the refresh looks at the cluster, and
 * creating an object that is there already takes it over, because every object has a fixed name).
 *
 * The environment's own engine settings, login and passphrase are not seen by the engine, with one exception: a stack
 * file that brings encrypted values is read with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.
 *
 * @throws Failure with the engine's error messages, from this and from every operation; Interrupted
 */
export async function openStack(options: StackOptions): Promise<OpenStack> {
  const place = placeOf(options);
  mkdirSync(place.backend, { recursive: true });
  linkProvider(options.home, options.tools);
  guardEngineConnection();
  await clearLeftovers(options, place);
  const workspace = await LocalWorkspace.create({
    workDir: place.workDir,
    program: options.program ?? loadProgram(options.projectDir),
    pulumiHome: options.home.pulumi,
    envVars: environment(options, place, prepareFiles(options, place)),
    pulumiCommand: await engineCommand(options.home, options.tools),
  });
  const known = existsSync(checkpointPath(place.backend, place.project, options.stack));
  const stack = await explained(options.kubeconfig, noErrors, undefined, () =>
    known ? Stack.select(options.stack, workspace) : Stack.create(options.stack, workspace),
  );
  // After each operation the API asks the engine for the history, which nobody here reads and which takes a moment.
  Object.assign(stack, { info: async () => undefined });
  return operations(options, place, stack);
}

/** The program that a checkout exports, for {@link StackOptions.program}. */
export function loadProgram(projectDir: string): PulumiFn {
  return require(join(projectDir, 'index.ts')) as PulumiFn;
}

interface Place {
  readonly project: string;
  readonly backend: string;
  readonly workDir: string;
  readonly passphrase: string;
}

function placeOf(options: StackOptions): Place {
  const stateDir = options.stateDir ?? join(options.home.state, 'local');
  const project = parse(readFileSync(join(options.projectDir, 'Pulumi.yaml'), 'utf8')) as { name: string };
  return {
    project: project.name,
    backend: join(stateDir, 'backend'),
    workDir: join(stateDir, 'work', options.stack),
    passphrase: join(stateDir, 'passphrase'),
  };
}

function operations(options: StackOptions, place: Place, stack: Stack): OpenStack {
  const { name } = stack;
  const { kubeconfig } = options;
  const backend = [place.backend, place.project, name] as const;

  async function prepared<O extends Operation>(given: O | undefined, work: (options: O) => Promise<Done>) {
    prepareFiles(options, place);
    await clearLeftovers(options, place);
    if (pendingOperations(...backend).length > 0) {
      const signal = given?.signal === undefined ? {} : { signal: given.signal };
      await observed(kubeconfig, signal as Operation, (each: Operation) =>
        stack.refresh({ ...each, clearPendingCreates: true }),
      );
    }
    return observed(kubeconfig, given, work);
  }

  return {
    name,
    workDir: place.workDir,
    preview: async ({ lookAhead = false, ...given } = {}) =>
      aheadOfGit(lookAhead, async () => (await prepared(given, (each: PreviewOptions) => stack.preview(each))).outcome),
    refresh: async (given) => (await prepared(given, (each: RefreshOptions) => stack.refresh(each))).outcome,
    destroy: async (given) => (await prepared(given, (each: DestroyOptions) => stack.destroy(each))).outcome,
    up: async (given) => {
      const { outcome, done } = await prepared(given, (each: UpOptions) => stack.up(each));
      return { ...outcome, outputs: done.outputs ?? {} };
    },
    outputs: () => explained(options.kubeconfig, noErrors, undefined, () => stack.outputs()),
  };
}

/** What every operation of the Automation API takes. */
type Operation = Pick<UpOptions, 'signal' | 'onEvent' | 'color'>;

interface Done {
  readonly stdout: string;
  readonly outputs?: OutputMap;
}

/** How often an operation is begun whose program cannot reach its engine. */
const tries = 3;

async function observed<O extends Operation>(
  kubeconfig: string,
  given: O | undefined,
  work: (options: O) => Promise<Done>,
) {
  for (let left = tries - 1; ; left--) {
    try {
      return await observedOnce(kubeconfig, given, work);
    } catch (error) {
      if (left === 0 || !neverStarted(error)) throw error;
    }
  }
}

async function observedOnce<O extends Operation>(
  kubeconfig: string,
  given: O | undefined,
  work: (options: O) => Promise<Done>,
) {
  const log = eventLog();
  const listening = {
    color: 'never',
    ...given,
    onEvent: (event) => {
      log.listen(event);
      given?.onEvent?.(event);
    },
  } as O;
  throwIfInterrupted(given?.signal);
  const done = await explained(kubeconfig, log.errors, given?.signal, () => work(listening));
  return { done, outcome: { changes: log.changes(), warnings: log.warnings(), output: done.stdout } };
}

/** Runs something of the engine and turns its error into one message. */
async function explained<T>(
  kubeconfig: string,
  errors: () => readonly string[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throwIfInterrupted(signal);
    if (!(error instanceof EngineError)) throw error;
    throw failureOf(error, errors(), serversIn(kubeconfig));
  }
}

const noErrors = () => [];

/** Clears what a killed run left behind and would be in the way. */
async function clearLeftovers({ home, stack }: StackOptions, place: Place): Promise<void> {
  await killOrphanedProviders(home.pulumi);
  removeDescriptions(place.backend);
  removeStaleLocks(place.backend, place.project, stack);
}

/** Refreshes the work files. @returns whether the stack file brings encryption of its own */
function prepareFiles(options: StackOptions, place: Place): boolean {
  const { projectDir, stack, configOverrides } = options;
  return refreshWorkFiles(projectDir, place.workDir, stack, configOverrides).ownEncryption;
}

function environment(options: StackOptions, place: Place, ownEncryption: boolean): Record<string, string> {
  return toolEnvironment(options.home, {
    KUBECONFIG: options.kubeconfig,
    PULUMI_BACKEND_URL: backendUrl(place.backend),
    // Without it the engine would try to download what it misses, and wait for a network that may not be there.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    ...passphrase(options, place, ownEncryption),
  });
}

function passphrase(options: StackOptions, place: Place, ownEncryption: boolean): Record<string, string> {
  if (!ownEncryption) {
    ensurePassphrase(place.passphrase);
    return { PULUMI_CONFIG_PASSPHRASE_FILE: place.passphrase };
  }
  const { PULUMI_CONFIG_PASSPHRASE: phrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (phrase !== undefined) return { PULUMI_CONFIG_PASSPHRASE: phrase };
  if (file) return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
  throw new Failure(
    `Pulumi.${options.stack}.yaml holds encrypted values, and there is no passphrase to read them with`,
    'set PULUMI_CONFIG_PASSPHRASE_FILE (or PULUMI_CONFIG_PASSPHRASE) to the passphrase of that stack file',
  );
}
