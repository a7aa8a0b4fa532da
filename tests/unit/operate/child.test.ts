import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from '../../../operate/base/child';
import { runs } from '../../support/unit/operate';

const env = { PATH: process.env.PATH ?? '' };

describe('child processes', () => {
  it('gives back the exit code and both outputs', async () => {
    const result = await runChild('sh', ['-c', 'echo out; echo err >&2; exit 3'], { env });
    assert.deepEqual(result, { exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('tells why a program could not be started', async () => {
    const result = await runChild('no-such-program', [], { env });
    assert.equal(result.exitCode, undefined);
    assert.match(String(result.startError), /ENOENT/);
  });

  it('sees no variable but those it is given', async () => {
    const result = await runChild('/usr/bin/env', [], { env: { ONLY: 'this' } });
    assert.equal(result.stdout, 'ONLY=this\n');
  });

  it('interrupts the whole group and lets it tidy up', async () => {
    const stop = new AbortController();
    const script = 'trap "echo tidied; exit 0" INT; sh -c "echo \\$\\$; exec sleep 30"';
    let grandchild = 0;
    const result = await runChild('bash', ['-c', script], {
      env,
      signal: stop.signal,
      onStdout: (text) => {
        grandchild ||= Number.parseInt(text, 10);
        stop.abort();
      },
    });
    assert.match(result.stdout, /tidied/);
    await sleep(50);
    assert.equal(runs(grandchild), false);
  });

  it('kills what does not listen', async () => {
    const stop = new AbortController();
    const begun = Date.now();
    const result = await runChild('bash', ['-c', 'trap "" INT; echo up; while :; do sleep 0.1; done'], {
      env,
      signal: stop.signal,
      graceSeconds: 0.3,
      onStdout: () => stop.abort(),
    });
    assert.equal(result.exitCode, undefined);
    assert.ok(Date.now() - begun < 5000);
  });

  it('does not begin a long wait when it is interrupted already', async () => {
    const begun = Date.now();
    await runChild('sleep', ['30'], { env, signal: AbortSignal.abort() });
    assert.ok(Date.now() - begun < 5000);
  });
});
