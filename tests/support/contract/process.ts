import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<Running>();
process.once('exit', () => {
  for (const one of running) one.signal('SIGKILL');
});

/** A process of a test. It never outlives the test run. */
export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #output = '';
  #end: Ended | undefined;

  /** @param env the whole environment; nothing is inherited */
  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string) {
    this.#child = spawn(command, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], ...(cwd ? { cwd } : {}) });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    running.add(this);
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        running.delete(this);
        this.#end = { code, signal };
        resolve(this.#end);
      };
      this.#child.once('error', (error) => {
        this.#output += String(error);
        end(null, null);
      });
      this.#child.once('close', end);
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`not started: ${this.output}`);
    return pid;
  }

  /** Everything written to stdout and stderr so far, without the colours that some logs have. */
  get output(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character starts a colour
    return this.#output.replace(/\u001b\[[0-9;]*m/g, '');
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Stops as the kubelet does: a signal, the grace period, a kill.
   *
   * @returns how it ended and after how many milliseconds
   */
  async stop(graceSeconds = 60, signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended & { readonly afterMs: number }> {
    const start = Date.now();
    this.signal(signal);
    const kill = setTimeout(() => this.signal('SIGKILL'), graceSeconds * 1000);
    const ended = await this.ended;
    clearTimeout(kill);
    return { ...ended, afterMs: Date.now() - start };
  }

  /** Processor time that the process has used, in seconds: unlike a clock it does not count what others used. */
  processorSeconds(): number {
    // The name of the program, in parentheses, may hold spaces; the times are the 14th and 15th field of the line.
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** The most memory that the process ever held, in MiB. */
  peakMemoryMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
  }
}
