/**
 * What an operator is told when a command cannot go on: one message that says what failed, with the value that was
 * found, and one remedy. The command line prints both and no stack trace; anything else that is thrown is a defect.
 */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  /** Exit code of the command line: it could not do what it was asked for, or could not tell. */
  readonly exitCode: number = 2;

  /**
   * @param message what failed and the value that was found, one line where possible
   * @param remedy what the operator can do about it
   */
  constructor(
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A {@link Failure} that is the answer to what was asked: there are differences, or data would be lost. */
export class Verdict extends Failure {
  override readonly name = 'Verdict';
  /** Exit code of the command line: it did what it was asked for, and the answer is no. */
  override readonly exitCode = 1;
}

/** Thrown where work ended because the operator asked for it (Ctrl-C), so that nobody reports it as an error. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted');
  }
}

/** Ends the caller with {@link Interrupted} when the signal has fired. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Interrupted();
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
