import assert from 'node:assert/strict';
import { Failure } from '../../operate/base/failure';
import { openTestStack } from '../support/cluster/control-plane';

const settings = require('@pulumi/pulumi/runtime/settings') as { getMonitor: () => unknown };

describe('an operation whose program cannot reach its engine', () => {
  const { getMonitor } = settings;
  afterEach(() => {
    settings.getMonitor = getMonitor;
  });

  /** As gRPC says it of a connection that never comes to stand. */
  function unreachable(times: number): () => number {
    let asked = 0;
    const waitForReady = (_: number, done: (error: Error) => void) =>
      done(new Error('Failed to connect before the deadline'));
    settings.getMonitor = () => {
      asked += 1;
      return asked <= times ? { waitForReady } : getMonitor();
    };
    return () => asked;
  }

  it('is begun again, because nothing has been done', async () => {
    const stack = await openTestStack('local', 'unreached');
    const asked = unreachable(2);
    const { changes } = await stack.preview();
    assert.ok(changes.create, JSON.stringify(changes));
    assert.ok(asked() >= 3);
  });

  it('fails after the third time, and says that nothing has been done', async () => {
    const stack = await openTestStack('local', 'unreached');
    unreachable(3);
    await assert.rejects(stack.preview(), (error: Failure) => {
      assert.match(error.message, /the program could not reach the engine, and did nothing: Failed to connect/);
      assert.match(error.remedy, /run the command again/);
      return error instanceof Failure;
    });
  });
});
