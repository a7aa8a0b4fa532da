import assert from 'node:assert/strict';
import { startProgress } from '../../../operate/base/progress';

/** What is written to the standard output and the standard error while something runs. */
async function written(work: () => Promise<unknown>): Promise<string> {
  const streams = [process.stdout, process.stderr];
  const originals = streams.map(({ write }) => write);
  let text = '';
  for (const stream of streams) {
    stream.write = (part: string | Uint8Array) => {
      text += String(part);
      return true;
    };
  }
  try {
    await work();
  } finally {
    for (const [index, stream] of streams.entries()) stream.write = originals[index] as typeof stream.write;
  }
  return text;
}

describe('a step of a command', () => {
  it('returns what its work returns', async () => {
    const step = startProgress('silent');
    const count: number = await step('Count', async () => 3);
    assert.equal(count, 3);
  });

  it('throws what its work throws', async () => {
    const step = startProgress('silent');
    const broken = new Error('the disk is full');
    await assert.rejects(
      step('Count', async () => {
        throw broken;
      }),
      (error) => error === broken,
    );
  });

  it('shows a line when it begins, what it says, and a line when it is done', async () => {
    const text = await written(async () => {
      const step = startProgress('lines');
      await step(
        'Count',
        async (say) => {
          say('counting');
          return 3;
        },
        (count) => `Count: ${count} found`,
      );
    });
    assert.match(text, /❯ Count\n› 0:00 counting\n✔ Count: 3 found \(0:00\)/);
  });

  it('shows nothing where the standard output is kept for one document', async () => {
    assert.equal(await written(() => startProgress('silent')('Count', async (say) => say('counting'))), '');
  });
});
