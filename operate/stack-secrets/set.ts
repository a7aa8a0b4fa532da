import { runChild } from '../base/child';
import { Failure, throwIfInterrupted } from '../base/failure';
import { projectName } from '../stack-file/engine-config';
import { lastLines } from '../toolchain/go';
import { keyOfValue, type WantedValue } from './wanted';

/** Where the engine's command line runs: in the checkout, with the operator's own login and passphrase. */
export interface ConfigPlace {
  /** Path of the program. */
  readonly pulumi: string;
  readonly projectDir: string;
  readonly stack: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Encrypts a value into the stack file, as `pulumi config set --secret --path` does. The value goes through standard input:
 * arguments are seen by everybody on the machine.
 *
 * @throws Failure with the engine's own words; Interrupted
 */
export async function setValue(place: ConfigPlace, value: WantedValue, text: string): Promise<void> {
  const { projectDir, pulumi, signal, stack } = place;
  const key = `${projectName}:${keyOfValue(value)}`;
  const { exitCode, startError, stderr } = await runChild(
    pulumi,
    ['config', 'set', '--secret', '--path', '--stack', stack, '--non-interactive', key],
    // The engine takes one line break off the end, and a key file needs its own.
    { cwd: projectDir, env: process.env as Record<string, string>, input: `${text}\n`, signal },
  );
  throwIfInterrupted(signal);
  if (exitCode === 0) return;
  throw new Failure(
    `${key} cannot be set: ${lastLines(stderr || String(startError ?? ''), 3)}`,
    `see that \`pulumi config --stack ${stack}\` works here: it needs a login, the stack and its passphrase`,
  );
}
