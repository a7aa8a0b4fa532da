import { randomBytes } from 'node:crypto';
import { Failure } from '../../base/failure';
import { showingFor, startProgress } from '../../base/progress';
import type { CommandRun } from '../../base/run';
import { printReport } from '../../report/print';
import type { Finding } from '../../report/report';
import { importsEnvironment, stackFilePath } from '../../stack-file';
import { setValue } from '../../stack-secrets/set';
import { keyOfValue, wantedValues } from '../../stack-secrets/wanted';
import { toolPath } from '../../toolchain';
import { toolsStep } from '../../toolchain/tools-step';

/** What the command lines about secrets say. */
export interface SecretsOptions {
  readonly stack: string;
  readonly json?: boolean | undefined;
}

/** Bytes of a made value. In hexadecimal digits, it needs no escape in a URL, a configuration file or a shell. */
const length = 32;

/**
 * Makes the encrypted values that a stack reads, lacks and leaves to chance. One that is there is never touched.
 *
 * @returns 0, or 1 where values are missing that only somebody can give
 * @throws Failure where the engine refuses, or may know values that the file does not have; Interrupted
 */
export async function generateSecrets(run: CommandRun, options: SecretsOptions): Promise<number> {
  const { stack } = options;
  const values = wantedValues(run.projectDir, stack);
  // What is there already would be made anew over it.
  if (importsEnvironment(stackFilePath(run.projectDir, stack))) {
    throw new Failure(
      `Pulumi.${stack}.yaml imports environments of Pulumi ESC, so that nobody here sees which values are there`,
      'set the values that are missing one by one: `pulumi config set --secret --path`',
    );
  }
  const missing = values.filter(({ isRandom, isThere }) => isRandom && !isThere);
  const step = startProgress(showingFor(options));
  if (missing.length > 0) {
    const pulumi = toolPath(await toolsStep(step, run, ['pulumi']), 'pulumi');
    await step(
      'Values',
      async (say) => {
        for (const value of missing) {
          say(keyOfValue(value));
          const text = randomBytes(length).toString('hex');
          await setValue({ ...run, pulumi, stack }, value, text);
        }
      },
      () => `Values: ${missing.length} made`,
    );
  }
  const findings = values.map((value): Finding => {
    const subject = keyOfValue(value);
    if (value.isThere) return { subject, status: 'ok', found: 'there before' };
    if (value.isRandom) return { subject, status: 'ok', found: 'made' };
    const remedy = 'give it: `fleet secrets import`, or `pulumi config set --secret --path`';
    return { subject, status: 'missing', found: 'nothing', remedy };
  });
  return printReport({ command: 'secrets generate', stack, findings }, options);
}
