import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type ChildResult, runChild } from '../../base/child';
import { Failure } from '../../base/failure';
import { readIfExists } from '../../base/files';
import { waitFor } from '../../base/wait';
import { lastLines } from '../../toolchain/go';
import { type ClusterProcess, processIds } from '../processes';
import { addresses, type NodePlace } from './place';

/** What a node's processes are known by: a word in the command line of its first process, before its folder. */
const mark = 'memory-fleet-node';

/** How a program is run in the namespaces of a node. */
export interface Inside {
  readonly place: NodePlace;
  /** The first process of the namespaces. */
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The first process of a node's namespaces, or undefined where the node does not run. It is looked for by what it was
 * started with: after a reboot a number in a file may belong to a stranger.
 */
export function firstProcess({ folder }: NodePlace): number | undefined {
  return processes().find(({ words }) => basename(words[0] ?? '') === 'sh' && isMarked(words, folder))?.pid;
}

/** Every process of a node that is not in a pod, and what connects the node; the first process comes last. */
export function nodeProcesses(place: NodePlace): readonly ClusterProcess[] {
  const first = firstProcess(place);
  const all = processes();
  const named = ({ pid, words }: Process): ClusterProcess => ({ pid, name: basename(words[0] ?? '') });
  const outside = all.filter(({ words }) => isMarked(words, place.folder)).map(named);
  if (first === undefined) return outside;
  const network = namespaceOf(first, 'net');
  const daemons = all.filter(
    ({ pid, words }) => daemonNames.has(basename(words[0] ?? '')) && namespaceOf(pid, 'net') === network,
  );
  const cable = all.filter(({ words }) => basename(words[0] ?? '') === 'slirp4netns' && words.includes(String(first)));
  return [...daemons.map(named), ...cable.map(named), ...outside];
}

const daemonNames = new Set(['containerd', 'kubelet', 'kube-proxy', 'kube-router']);

/** Whether every program of a node runs. */
export function isWhole(place: NodePlace): boolean {
  const running = new Set(nodeProcesses(place).map(({ name }) => name));
  return ['sh', 'slirp4netns', ...daemonNames].every((name) => running.has(name));
}

/**
 * Makes network, mounts and processes of their own, which go away with their first process and with everything in them.
 *
 * @throws Failure with the reason that the machine gave
 */
export async function createNamespaces(place: NodePlace, env: Readonly<Record<string, string>>): Promise<number> {
  const script = readFileSync(join(__dirname, 'namespace.sh'), 'utf8');
  const log = logOf(place, 'namespaces');
  const apart = ['--net', '--mount', '--pid', '--fork', '--mount-proc', '--kill-child', '--propagation', 'private'];
  const shell = ['sh', '-c', script, mark, place.home.root, addresses.machineDns, place.folder];
  const end = startDetached('unshare', [...apart, ...shell], log, env);
  const pid = await waitFor(
    () => {
      if (end.code !== undefined) throw cannotStart('namespaces of its own', log);
      return readIfExists(log)?.includes('ready\n') ? firstProcess(place) : undefined;
    },
    { seconds: 20, period: 50 },
  );
  if (pid === undefined) throw cannotStart('namespaces of its own', log);
  return pid;
}

/** Runs a program inside and waits for its end. @param input its whole standard input. @default nothing */
export function runInside(
  { pid, env }: Inside,
  command: string,
  args: readonly string[],
  input?: string,
): Promise<ChildResult> {
  return runChild('nsenter', enter(pid, command, args), { env, ...(input === undefined ? {} : { input }) });
}

/**
 * Runs a program inside that must succeed.
 *
 * @throws Failure with its last lines
 */
export async function mustRunInside(inside: Inside, command: string, args: readonly string[]): Promise<string> {
  const result = await runInside(inside, command, args);
  if (result.exitCode === 0) return result.stdout;
  const said = lastLines(result.stderr || result.stdout, 3) || result.startError?.message;
  throw new Failure(`the real node cannot be set up: ${basename(command)} ${args[0] ?? ''} failed: ${said}`, remedy);
}

const remedy = 'leave out --real to run on simulated nodes';

/**
 * Starts a program inside that goes on when this process has ended.
 *
 * @param name what its log is called. @default the program's name
 */
export function startInside(
  { place, pid, env }: Inside,
  command: string,
  args: readonly string[],
  name = basename(command),
): Started {
  return startDetached('nsenter', enter(pid, command, args), logOf(place, name), env);
}

function enter(pid: number, command: string, args: readonly string[]): readonly string[] {
  return ['--target', String(pid), '--net', '--mount', '--pid', '--', command, ...args];
}

/** A program that was started; its exit code once it has ended. */
export interface Started {
  code?: number;
  readonly log: string;
}

/**
 * Starts a program of the node on the machine itself, which goes on when this process has ended.
 *
 * @param log file that it writes to
 */
export function startDetached(
  command: string,
  args: readonly string[],
  log: string,
  env: Readonly<Record<string, string>>,
): Started {
  const output = openSync(log, 'w');
  try {
    const child = spawn(command, args, { env, detached: true, stdio: ['ignore', output, output], cwd: '/' });
    const started: Started = { log };
    child.once('error', () => {
      started.code = 127;
    });
    child.once('exit', (code) => {
      started.code = code ?? 128;
    });
    child.unref();
    return started;
  } finally {
    closeSync(output);
  }
}

/** The log of a program of the node. */
export function logOf({ folder }: NodePlace, name: string): string {
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  return join(logs, `${name}.log`);
}

/** What to say where a part of the node did not come up. */
export function cannotStart(what: string, log: string): Failure {
  const said = lastLines(readIfExists(log) ?? '', 3);
  return new Failure(`the real node did not get ${what}: ${said}`, `read ${log}, or ${remedy}`);
}

interface Process {
  readonly pid: number;
  readonly words: readonly string[];
}

function processes(): readonly Process[] {
  return processIds().flatMap((pid) => {
    try {
      return [{ pid, words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0') }];
    } catch {
      return [];
    }
  });
}

function isMarked(words: readonly string[], folder: string): boolean {
  return words.includes(mark) && words.includes(folder);
}

function namespaceOf(pid: number, kind: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}
