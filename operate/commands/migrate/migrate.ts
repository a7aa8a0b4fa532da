import { createHash } from 'node:crypto';
import { throwIfInterrupted } from '../../base/failure';
import { withLock } from '../../base/lock';
import { type Say, showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import type { OpenEndpoint } from '../../mcp/endpoint';
import type { ServerChoice } from '../../mcp/open-server';
import { openServer } from '../../mcp/open-server';
import { placeInWords } from '../../memories/rules';
import { MemoryServer, memoryTools, type RetryPolicy } from '../../memories/server';
import type { Form } from '../../report/print';
import type { Migratable } from '../../serena/plan';
import { type CopyOptions, copyMemory, type Done } from './copy-memory';
import { isVerified, type Verification, verifyMemories } from './verify-memories';

/** What was done about a memory, and what was seen of it afterwards. */
export interface Migrated {
  readonly memory: Migratable;
  readonly done: Done;
  readonly verification: Verification;
}

/** What a migration came to. */
export interface Migration {
  readonly memories: readonly Migrated[];
  /** Figures: the server, calls, seconds. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Copies memories to a server and checks each of them there, over one session. A second migration on this machine
 * waits for the first and then finds its work done; one on another machine writes the same.
 *
 * @throws Failure when the server is gone or lets nobody in, Interrupted
 */
export async function migrate(
  run: CommandRun,
  options: ServerChoice & CopyOptions & Form,
  memories: readonly Migratable[],
  pace: RetryPolicy | undefined,
): Promise<Migration> {
  const started = Date.now();
  const endpoint = await openServer(run, options, memoryTools);
  const waits = { signal: run.signal, onWait: reportWaiting };
  try {
    return await withLock(
      run.home.locks,
      lockName(options),
      async () => {
        const { memories: all, calls } = await migrateWith(endpoint, { run, options, memories, pace });
        const seconds = (Date.now() - started) / 1000;
        const rate = Math.round((10 * calls) / seconds) / 10;
        return { memories: all, facts: { server: endpoint.words, calls, seconds, callsPerSecond: rate } };
      },
      waits,
    );
  } finally {
    await endpoint.close();
  }
}

function reportWaiting(): void {
  console.error('another migration to this server is under way on this machine; waiting for it to end');
}

/** One name for each server, whatever port is forwarded to it. */
function lockName({ stack, url }: ServerChoice): string {
  return `migrate-${createHash('sha256')
    .update(JSON.stringify([stack, url]))
    .digest('hex')
    .slice(0, 16)}`;
}

interface Work {
  readonly run: CommandRun;
  readonly options: CopyOptions & Form;
  readonly memories: readonly Migratable[];
  readonly pace: RetryPolicy | undefined;
}

async function migrateWith(endpoint: OpenEndpoint, { run, options, memories, pace }: Work) {
  const { signal } = run;
  const step = startProgress(showingFor(options));
  const count = memories.length;
  // Asked for when it is shown: a line for each memory would fill a log.
  let current = '';
  const onWait = (reason: string) => {
    current = `waiting: ${reason}`;
  };
  const next = (index: number) => {
    throwIfInterrupted(signal);
    current = `${index + 1} of ${count}`;
  };
  const open = (say: Say) => {
    say(() => current);
    return MemoryServer.open(endpoint, { signal, pace, onWait });
  };
  const server = await step('Open a session', open, () => 'Session open');
  try {
    const done = await step(
      `Migrate ${count} memories`,
      (say) => {
        say(() => current);
        return migrateAll(server, memories, options, next);
      },
      (outcomes) => `Migrated ${count} memories: ${countsInWords(outcomes)}`,
    );
    const checks = await step(
      'Check that they are there',
      (say) => {
        say(() => current);
        return verifyMemories(server, memories, next);
      },
      (seen) => `Checked that they are there: ${seen.filter(isVerified).length} of ${count}`,
    );
    return {
      memories: memories.map((memory, index) => migrated(memory, done[index], checks[index])),
      calls: server.calls,
    };
  } finally {
    await server.close();
  }
}

async function migrateAll(
  server: MemoryServer,
  memories: readonly Migratable[],
  options: CopyOptions,
  next: (index: number) => void,
): Promise<Done[]> {
  const done: Done[] = [];
  for (const [index, memory] of memories.entries()) {
    next(index);
    done.push(await copyMemory(server, memory, options));
  }
  return done;
}

function migrated(memory: Migratable, done: Done | undefined, verification: Verification | undefined): Migrated {
  if (done === undefined || verification === undefined)
    throw new Error(`${placeInWords(memory.place)} was passed over`);
  return { memory, done, verification };
}

function countsInWords(done: readonly Done[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of done) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'none';
}
