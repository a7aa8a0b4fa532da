import type { PulumiFn } from '@pulumi/pulumi/automation';

/** Longest wait for the engine's side of a connection, in milliseconds. */
const patience = 30_000;

const unreached = 'the program could not reach the engine, and did nothing';

/** A gRPC client, as far as this code looks at it. */
interface Client {
  waitForReady(deadline: number, callback: (error?: Error) => void): void;
}

/** The parts of the SDK that its typed surface leaves out. */
interface Sdk {
  readonly stack: { runInPulumiStack: (program: PulumiFn) => Promise<unknown> };
  readonly settings: {
    /** What every connection to an engine is made with. */
    readonly grpcClientOptions: Record<string, unknown>;
    getMonitor(): Client | undefined;
    getEngine(): Client | undefined;
  };
}

/**
 * Makes sure that a run of a program either tells the engine everything or fails.
 *
 * The SDK takes an error of the connection to the engine for the engine's own end and calls the run a success. When the
 * connection could not be made in the first place, the engine then holds a finished program without a single resource
 * against its state, and deletes everything that is not protected. So a run waits for its connections, and an error of a
 * connection is an error like any other.
 *
 * The SDK never closes the connections of a program inside a process, and gRPC shares what leads to the same address: an
 * engine that happened to get the port of an earlier one would wait with it, up to two minutes between two attempts. So
 * nothing is shared.
 */
export function guardEngineConnection(sdk: Sdk = installed()): void {
  const { settings, stack } = sdk;
  const run = stack.runInPulumiStack;
  if (sound.has(run)) return;
  settings.grpcClientOptions['grpc.use_local_subchannel_pool'] = 1;
  const soundRun = async (program: PulumiFn) => {
    try {
      await connected([settings.getMonitor(), settings.getEngine()]);
      return await run(program);
    } catch (error) {
      throw plain(error);
    }
  };
  sound.add(soundRun);
  stack.runInPulumiStack = soundRun;
}

/** Whether a run ended before its program began, so that it may be done again whatever the program does. */
export function neverStarted(error: unknown): boolean {
  return error instanceof Error && error.message.includes(unreached);
}

async function connected(clients: readonly (Client | undefined)[]): Promise<void> {
  try {
    await Promise.all(clients.map(ready));
  } catch (error) {
    throw new Error(`${unreached}: ${(error as Error).message}`, { cause: error });
  }
}

const sound = new WeakSet<object>();

function installed(): Sdk {
  return { stack: require('@pulumi/pulumi/runtime/stack'), settings: require('@pulumi/pulumi/runtime/settings') };
}

function ready(client: Client | undefined): Promise<void> {
  if (client === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + patience, (error) => (error ? reject(error) : resolve()));
  });
}

/** Without the code by which the SDK knows, and drops, an error of a connection. */
function plain(error: unknown): unknown {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: string };
  if (typeof code !== 'number') return error;
  return new Error(`the connection to the engine broke: ${message}`, { cause: error });
}
