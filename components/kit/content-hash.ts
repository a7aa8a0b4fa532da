import { createHash } from 'node:crypto';

/**
 * Annotation that makes pods start anew when configuration changes that they read only once. Never for secret values:
 * a hash of a short secret gives it away.
 */
export function contentHash(purpose: string, content: unknown): Record<string, string> {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  return { [`memory-fleet.dev/${purpose}-hash`]: hash };
}
