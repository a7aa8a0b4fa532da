import { z } from 'zod';

/**
 * A value that must be encrypted in the stack file. Only the fact that it is there passes through the configuration;
 * the value goes from the engine's decrypted configuration straight into the Secret.
 */
export const encrypted = Symbol('encrypted');
export const encryptedValue = z.custom<typeof encrypted>((value) => value === encrypted, {
  error: 'an encrypted value: set it by `pulumi config set --secret`',
});
