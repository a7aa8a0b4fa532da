import { createHash } from 'node:crypto';
import { throwIfInterrupted } from '../../base/failure';
import { withLock } from '../../base/lock';
import { runSteps, type Step, showingFor } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { OpenEndpoint } from '../../mcp/endpoint';
import { openServer } from '../../mcp/open-server';
import { placeInWords } from '../../memories/rules';
import { MemoryServer, type Pace } from '../../memories/server';
import type { Form } from '../../report/print';
import type { Migratable } from '../../serena/plan';
import type { ServerChoice } from '../server-options';
import { bring, type Done, type Leave } from './bring';
import { isProven, type Proof, prove } from './proof';

/** What was done about a memory, and what was seen of it afterwards. */
export interface Migrated {
  readonly memory: Migratable;
  readonly done: Done;
  readonly proof: Proof;
}

/** What a migration came to. */
export interface Migration {
  readonly memories: readonly Migrated[];
  /** Figures: the server, calls, seconds. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Brings memories to a server and looks at each of them there, over one session. A second migration on this machine
 * waits for the first and then finds its work done; one on another machine writes the same.
 *
 * @throws Failure when the server is gone or lets nobody in, Interrupted
 */
export async function migrate(
  run: CommandRun,
  options: ServerChoice & Leave & Form,
  memories: readonly Migratable[],
  pace: Pace | undefined,
): Promise<Migration> {
  const started = Date.now();
  const endpoint = await openServer(run, options, 'memoryMcp');
  const waits = { signal: run.signal, onWait: tellOfAnother };
  try {
    return await withLock(
      run.home.locks,
      lockName(options),
      async () => {
        const work = new Work(memories, options, run.signal, endpoint, pace);
        try {
          await runSteps(work.steps(), showingFor(options));
        } finally {
          await work.server?.close();
        }
        const calls = work.server?.calls ?? 0;
        const seconds = (Date.now() - started) / 1000;
        const rate = Math.round((10 * calls) / seconds) / 10;
        const facts = { server: endpoint.words, calls, seconds, callsPerSecond: rate };
        return { memories: work.result(), facts };
      },
      waits,
    );
  } finally {
    await endpoint.close();
  }
}

function tellOfAnother(): void {
  console.error('another migration to this server is under way on this machine; waiting for it to end');
}

/** One name for each server, whatever port is forwarded to it. */
function lockName({ stack, url }: ServerChoice): string {
  return `migrate-${createHash('sha256')
    .update(JSON.stringify([stack, url]))
    .digest('hex')
    .slice(0, 16)}`;
}

/** The steps and what they leave behind. */
class Work {
  /** Open once the first step is done. */
  server: MemoryServer | undefined;
  readonly #done: Done[] = [];
  #proofs: readonly Proof[] = [];
  #now = '';
  readonly #memories: readonly Migratable[];
  readonly #leave: Leave;
  readonly #signal: AbortSignal;
  readonly #open: () => Promise<MemoryServer>;

  constructor(
    memories: readonly Migratable[],
    leave: Leave,
    signal: AbortSignal,
    endpoint: OpenEndpoint,
    pace: Pace | undefined,
  ) {
    this.#memories = memories;
    this.#leave = leave;
    this.#signal = signal;
    const onWait = (reason: string) => {
      this.#now = `waiting: ${reason}`;
    };
    this.#open = () => MemoryServer.open(endpoint, { signal, pace, onWait });
  }

  steps(): Step[] {
    const count = this.#memories.length;
    return [
      this.#step('Open a session', async () => {
        this.server = await this.#open();
        return 'Session open';
      }),
      this.#step(`Bring ${count} memories`, async (server) => {
        for (const [index, memory] of this.#memories.entries()) {
          this.#next(index);
          this.#done.push(await bring(server, memory, this.#leave));
        }
        return `Brought ${count} memories: ${countsInWords(this.#done)}`;
      }),
      this.#step('Prove that they are there', async (server) => {
        this.#proofs = await prove(server, this.#memories, (index) => this.#next(index));
        return `Proved that they are there: ${this.#proofs.filter(isProven).length} of ${count}`;
      }),
    ];
  }

  #step(title: string, work: (server: MemoryServer) => Promise<string>): Step {
    return {
      title,
      work: (say) => {
        // Asked for when it is shown: a line for each memory would fill a log.
        say(() => this.#now);
        return work(this.server as MemoryServer);
      },
    };
  }

  result(): Migrated[] {
    return this.#memories.map((memory, index) => {
      const [done, proof] = [this.#done[index], this.#proofs[index]];
      if (done === undefined || proof === undefined) throw new Error(`${placeInWords(memory.place)} was passed over`);
      return { memory, done, proof };
    });
  }

  #next(index: number): void {
    throwIfInterrupted(this.#signal);
    this.#now = `${index + 1} of ${this.#memories.length}`;
  }
}

function countsInWords(done: readonly Done[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of done) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'none';
}
