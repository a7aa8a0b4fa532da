import assert from 'node:assert/strict';
import { join } from 'node:path';
import { bytesBelow, runWithStallLimit } from '../../../operate/toolchain/stall';
import { folder, removeFolders, standIn } from '../../support/unit/operate';

const env = { PATH: process.env.PATH ?? '' };
const limit = { start: 0.6, pause: 0.6 };

/** Runs a script as an installer that downloads into the folder named by $1. */
async function install(script: string, signal?: AbortSignal) {
  const watch = folder();
  const program = standIn(join(folder(), 'installer'), script);
  const begun = Date.now();
  const result = await runWithStallLimit(program, [watch], { env, watch, limit, signal });
  return { ...result, watch, seconds: (Date.now() - begun) / 1000 };
}

describe('stall limit', () => {
  afterEach(removeFolders);

  it('lets an installer finish', async () => {
    const { outcome, output } = await install('echo hello > "$1/file"; echo done');
    assert.deepEqual({ outcome, output }, { outcome: 'done', output: 'done' });
  });

  it('tells a failure from a stall', async () => {
    const { outcome, output } = await install('echo no network >&2; exit 1');
    assert.deepEqual({ outcome, output }, { outcome: 'failed', output: 'no network' });
  });

  it('gives up on silence at the start', async () => {
    const { outcome, seconds } = await install('sleep 30');
    assert.equal(outcome, 'stalled');
    assert.ok(seconds < 4, `${seconds} s`);
  });

  it('is not fooled by an installer that prints that it tries again', async () => {
    const { outcome } = await install('while :; do echo retrying; sleep 0.1; done');
    assert.equal(outcome, 'stalled');
  });

  it('gives up when a download stops on its way', async () => {
    const { outcome, watch } = await install('echo half > "$1/part"; sleep 30');
    assert.equal(outcome, 'stalled');
    assert.equal(bytesBelow(watch), 5);
  });

  it('never cuts off a slow download that keeps arriving', async () => {
    const { outcome, seconds } = await install('for i in 1 2 3 4 5 6; do echo $i >> "$1/part"; sleep 0.3; done');
    assert.equal(outcome, 'done');
    assert.ok(seconds > limit.start + limit.pause, `${seconds} s`);
  });

  it('tells an interrupt from a stall', async () => {
    const { outcome } = await install('sleep 30', AbortSignal.timeout(100));
    assert.equal(outcome, 'interrupted');
  });

  it('reports a program that cannot be started as a failure', async () => {
    const watch = folder();
    const result = await runWithStallLimit(join(watch, 'missing'), [], { env, watch, limit });
    assert.equal(result.outcome, 'failed');
  });
});
