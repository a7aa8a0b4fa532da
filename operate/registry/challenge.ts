/** What a registry asks for before it answers. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string; readonly scope?: string };

/**
 * Reads a WWW-Authenticate header; nothing where it asks for something that we do not know.
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export function challengeOf(header: string | null): Challenge | undefined {
  if (header === null) return undefined;
  if (/^basic\b/i.test(header.trim())) return { scheme: 'basic' };
  if (!/^bearer\b/i.test(header.trim())) return undefined;
  const parts = [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value]) => [name.toLowerCase(), value]);
  const { realm, service, scope } = Object.fromEntries(parts) as Record<string, string | undefined>;
  if (!realm || !URL.canParse(realm)) return undefined;
  return { scheme: 'bearer', realm, ...(service ? { service } : {}), ...(scope ? { scope } : {}) };
}
