import { z } from 'zod';
import { placeholderFault } from './placeholders';

/**
 * A value that must be encrypted in the stack file. Only the fact that it is there passes through the configuration;
 * the value goes from the engine's decrypted configuration straight into the Secret.
 */
export const encrypted = Symbol('encrypted');

/** Stands for an encrypted value that is no secret, where the value is known. */
class NoSecret {
  constructor(readonly fault: string) {}
}

/** The mark of an encrypted value, which says of it no more than whether it may be one. */
export function markOf(value: unknown): typeof encrypted | NoSecret {
  const fault = typeof value === 'string' ? placeholderFault(value) : undefined;
  return fault === undefined ? encrypted : new NoSecret(fault);
}

export const encryptedValue = z.custom<typeof encrypted>((value) => value === encrypted, {
  error: ({ input }) =>
    input instanceof NoSecret
      ? `a value of its own, because ${input.fault}: set it by \`fleet secrets import\` or \`pulumi config set --secret\``
      : 'an encrypted value: set it by `pulumi config set --secret`',
});
