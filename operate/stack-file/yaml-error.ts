import { Failure } from '../base/failure';

/** Says why a text is no YAML that the engine would read. */
export class YamlError extends Error {}

/**
 * Reads a file of the project, or says that it cannot be read.
 * @throws Failure in place of a YamlError
 */
export function readOrFail<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const message = `${what} cannot be read: ${error.message}`;
    throw new Failure(message, 'mend it by hand; the engine refuses it too', { cause: error });
  }
}
