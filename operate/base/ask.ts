import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
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
  if (!canAsk()) {
    throw new Failure(`nobody can be asked here: ${question}`, 'add --yes to the command to say yes in advance');
  }
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `, consent.signal));
}

/** Whether somebody is there to answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

/** What is answered, without the spaces around it. @throws Interrupted */
export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question(question, signal === undefined ? {} : { signal })).trim();
  } catch {
    throw new Interrupted();
  } finally {
    terminal.close();
  }
}

/**
 * A value that nobody may see: from the standard input where something is piped in, without the line break at its end, else
 * asked for and not shown.
 *
 * @throws Interrupted
 */
export async function hiddenValue(question: string, signal?: AbortSignal): Promise<string> {
  if (!canAsk()) return (await text(process.stdin)).replace(/\r?\n$/, '');
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await terminal.question('', signal === undefined ? {} : { signal });
  } catch {
    throw new Interrupted();
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
