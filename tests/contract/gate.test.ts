import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secretGate } from '../../components/kit/parts/gate';
import { runOf, written } from '../support/contract/engine-scripts';
import { Running } from '../support/contract/process';

describe('the gate of a pod', function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'memory-fleet-gate-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** The container's own command, with its mount where the test has it. */
  function started(source: 'existing' | 'externalSecret'): Running {
    const [container] = secretGate({
      image: 'any',
      namespace: 'search',
      entries: [
        {
          source: { source, secretName: 'vectors', secretKey: 'api-key', remoteKey: 'team/vectors' },
          value: 'random',
        },
      ],
    }).initContainers;
    const [program = '', ...args] = (container?.command ?? []).map((word) => word.replace(/^\/gate\//, `${folder}/`));
    return new Running(program, args, { PATH: process.env.PATH ?? '' });
  }

  /** What a kubelet does to a mounted Secret: a new folder, and a link that turns to it in one step. */
  function mount(version: string, value: string): void {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, 'api-key'), value);
    symlinkSync(version, join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
  }

  it('says what is missing and how it is brought, ignores an empty entry, and opens when the Secret comes', async () => {
    const running = started('existing');
    await written(
      running,
      "waiting for entry api-key of Secret search/vectors; it is brought by: openssl rand -hex 32 | tr -d '\\n' | " +
        'kubectl -n search create secret generic vectors --from-file=api-key=/dev/stdin',
    );
    mount('..1', '');
    symlinkSync(join('..data', 'api-key'), join(folder, 'api-key'));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(running.hasEnded, false);
    mount('..2', 'key');
    const { code, lastLine } = await runOf(running);
    assert.deepEqual([code, lastLine], [0, 'entry api-key of Secret search/vectors is there']);
  });

  it('says of a Secret that an operator makes where its value has to be', async () => {
    const running = started('externalSecret');
    await written(
      running,
      'kubectl -n search describe externalsecret vectors # it reads team/vectors of the secret store',
    );
    const { code, afterMs } = await running.stop();
    assert.deepEqual([code, afterMs < 3000], [143, true]);
  });
});
