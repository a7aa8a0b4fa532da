import assert from 'node:assert/strict';
import { guardEngineConnection, neverStarted } from '../../../operate/engine/engine-connection';

/** What grpc-js throws. */
const unavailable = () => Object.assign(new Error('14 UNAVAILABLE: No connection established'), { code: 14 });

function sdk(run: () => Promise<unknown>, waiting: (callback: (error?: Error) => void) => void = (done) => done()) {
  const client = { waitForReady: (_: number, callback: (error?: Error) => void) => waiting(callback) };
  const made = {
    stack: { runInPulumiStack: (_: unknown) => run() },
    settings: { grpcClientOptions: {}, getMonitor: () => client, getEngine: () => client },
  };
  guardEngineConnection(made);
  return () => made.stack.runInPulumiStack(async () => ({}));
}

describe('a run of a program', () => {
  it('gives what the program gives', async () => {
    assert.equal(await sdk(async () => 'outputs')(), 'outputs');
  });

  it('fails where the connection to the engine breaks, by an error that the SDK does not take for a good end', async () => {
    const run = sdk(() => Promise.reject(unavailable()));
    await assert.rejects(run(), (error: Error & { code?: unknown }) => {
      assert.match(error.message, /the connection to the engine broke: 14 UNAVAILABLE/);
      assert.ok(!neverStarted(error), 'the program may have done anything');
      return error.code === undefined;
    });
  });

  it('does not begin before the connection stands', async () => {
    let began = false;
    const run = sdk(
      async () => {
        began = true;
      },
      (done) => done(unavailable()),
    );
    await assert.rejects(run(), (error) => {
      assert.match(String(error), /the program could not reach the engine, and did nothing: 14 UNAVAILABLE/);
      return neverStarted(error);
    });
    assert.ok(!began);
  });

  it('passes every other error on as it is', async () => {
    const own = new Error('of the program');
    await assert.rejects(sdk(() => Promise.reject(own))(), own);
  });

  it('has connections of its own, whatever an earlier engine left at the same port', () => {
    guardEngineConnection();
    const { grpcClientOptions } = require('@pulumi/pulumi/runtime/settings');
    assert.equal(grpcClientOptions['grpc.use_local_subchannel_pool'], 1);
  });

  it('is made sound once, however many stacks are opened', () => {
    const made = {
      stack: { runInPulumiStack: async () => undefined },
      settings: { grpcClientOptions: {}, getMonitor: () => undefined, getEngine: () => undefined },
    };
    guardEngineConnection(made);
    const first = made.stack.runInPulumiStack;
    guardEngineConnection(made);
    assert.equal(made.stack.runInPulumiStack, first);
  });
});
