import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { Failure, messageOf, Verdict } from '../../base/failure';
import { dataLosses, lossInWords } from '../../preview/data-losses';
import { parsePreview } from '../../preview/preview';

/** What the operator can say to `gate`. */
export interface GateOptions {
  /** File with the preview. @default the standard input */
  readonly file?: string | undefined;
}

/**
 * Reads a preview of the engine and refuses it when it would lose data.
 * @throws Failure that names every object at risk; also when the preview failed or is none
 */
export async function gate(_run: unknown, options: GateOptions): Promise<void> {
  const { steps, errors } = parsePreview(await input(options.file));
  const losses = dataLosses(steps);
  if (losses.length > 0) {
    const objects = losses.length === 1 ? 'one object' : `${losses.length} objects`;
    throw new Verdict(
      [`this plan would lose the data of ${objects}`, ...losses.map(lossInWords)].join('\n\n'),
      'change the stack file so that the data stays, or take the two steps above; docs/runbook.md says more',
    );
  }
  if (errors.length > 0) {
    throw new Failure(
      ['the preview ended with errors, so nobody knows all that the plan would do', ...errors].join('\n\n'),
      'mend these and preview again',
    );
  }
  console.log(`${steps.length} planned steps, and none of them loses data`);
}

async function input(file: string | undefined): Promise<string> {
  if (file === undefined && process.stdin.isTTY) {
    throw new Failure(
      'there is no preview to read',
      'name a file, or pipe it in: pulumi preview --json | npm run -s gate',
    );
  }
  try {
    return file === undefined ? await textOf(process.stdin) : readFileSync(file, 'utf8');
  } catch (error) {
    throw new Failure(`the preview cannot be read: ${messageOf(error)}`, 'name a file that exists', { cause: error });
  }
}
