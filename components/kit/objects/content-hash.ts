import { createHash } from 'node:crypto';

/** A short name for content: the same content has the same, other content another. */
export function shortHash(content: unknown, length = 16): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, length);
}

/**
 * Annotation that makes pods start anew when configuration changes that they read only once. Never for secret values:
 * a hash of a short secret gives it away.
 */
export function contentHash(purpose: string, content: unknown): Record<string, string> {
  return { [`memory-fleet.dev/${purpose}-hash`]: shortHash(content) };
}
