import { type ChildProcess, spawn } from 'node:child_process';

/** How a child process is run. */
export interface ChildOptions {
  /** The whole environment of the child; nothing is inherited beside it. */
  readonly env: Record<string, string>;
  readonly cwd?: string;
  /** Its whole standard input. @default nothing */
  readonly input?: string;
  /** Ends the child: first an interrupt, which lets it tidy up, then a kill. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds between the interrupt and the kill. @default 10 */
  readonly graceSeconds?: number;
  readonly onStdout?: ((text: string) => void) | undefined;
  readonly onStderr?: ((text: string) => void) | undefined;
}

/** How a child process ended. */
export interface ChildResult {
  /** Undefined where a signal ended it or it could not be started. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it could not be started at all, such as ENOENT. */
  readonly startError?: Error;
}

const live = new Set<number>();
let exitHook = false;

/**
 * Runs a program in a process group of its own and waits for its end; never rejects.
 *
 * The group keeps a terminal's Ctrl-C away from the child: it hears of it once, from us, and not a second time from the
 * terminal, which many programs take for "now, without tidying up". When this process ends first, the group is
 * interrupted, so nothing is left running.
 */
export async function runChild(command: string, args: readonly string[], options: ChildOptions): Promise<ChildResult> {
  const child = spawn(command, args, {
    env: options.env,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const pid = child.pid;
  if (pid !== undefined) track(pid);
  // A child that ends without reading it says why itself.
  child.stdin?.on('error', () => undefined).end(options.input);
  const stdout = collect(child.stdout, options.onStdout);
  const stderr = collect(child.stderr, options.onStderr);
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    if (pid === undefined) return;
    signalGroup(pid, 'SIGINT');
    kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), (options.graceSeconds ?? 10) * 1000);
  };
  options.signal?.addEventListener('abort', stop, { once: true });
  if (options.signal?.aborted) stop();
  try {
    const end = await ended(child);
    return { ...end, stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(kill);
    options.signal?.removeEventListener('abort', stop);
    if (pid !== undefined) live.delete(pid);
  }
}

/** Sends a signal to a process group; a group that is gone is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Ended by itself in the meantime.
  }
}

function track(pid: number): void {
  live.add(pid);
  if (exitHook) return;
  exitHook = true;
  process.once('exit', () => {
    for (const group of live) signalGroup(group, 'SIGINT');
  });
}

function ended(child: ChildProcess): Promise<{ exitCode: number | undefined; startError?: Error }> {
  return new Promise((resolve) => {
    child.once('error', (startError) => resolve({ exitCode: undefined, startError }));
    child.once('close', (code) => resolve({ exitCode: code ?? undefined }));
  });
}

function collect(stream: NodeJS.ReadableStream | null, listener?: (text: string) => void): () => string {
  const parts: string[] = [];
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    parts.push(text);
    listener?.(text);
  });
  return () => parts.join('');
}
