import { createInterface } from 'node:readline/promises';
import { Failure, Interrupted } from './failure';

/** How consent is given. */
export interface Consent {
  /** The operator has said yes on the command line. */
  readonly yes: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks before something that cannot be taken back. Only a spoken `y` or `yes` counts.
 *
 * @returns whether the operator agrees
 * @throws Failure where nobody can be asked: without a terminal, silence must not count as consent
 */
export async function confirm(question: string, consent: Consent): Promise<boolean> {
  if (consent.yes) return true;
  if (!process.stdin.isTTY) {
    throw new Failure(`nobody can be asked here: ${question}`, 'add --yes to the command to say yes in advance');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const options = consent.signal === undefined ? {} : { signal: consent.signal };
    const answer = await terminal.question(`${question} [y/N] `, options);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    throw new Interrupted();
  } finally {
    terminal.close();
  }
}
