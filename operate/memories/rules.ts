/** Where memory-mcp keeps a memory. */
export interface MemoryPlace {
  /** `global`, or names separated by `/`. */
  readonly scope: string;
  readonly name: string;
}

/** Scope of what belongs to no project. */
export const globalScope = 'global';
/** Queries take this word for every scope; writes would take it for a scope's name. */
const everyScope = 'all';

const component = String.raw`(?!\.)[\p{Alphabetic}\p{N}_.-]+`;
/** The server's own rule for names: up to three components. */
export const namePattern = new RegExp(`^${component}(/${component}){0,2}$`, 'u');
/** The server's own rule for scopes: up to ten components. */
export const scopePattern = new RegExp(`^${component}(/${component}){0,9}$`, 'u');

/** Largest memory, in bytes of UTF-8. */
export const maxContentBytes = 1_048_576;
/** Longest component, in bytes of UTF-8: a file name has 255, of which the server needs some for a file that it renames. */
export const maxComponentBytes = 240;

/** A place as one word, such as `global:coding/style`. No scope has a colon, so it can be taken apart again. */
export function placeInWords({ scope, name }: MemoryPlace): string {
  return `${scope}:${name}`;
}

/**
 * The file in which the server keeps a memory. Different places may share one: scope `a` with name `b/c` and scope `a/b`
 * with name `c` do, and the server lets one overwrite the other.
 */
export function fileOf({ scope, name }: MemoryPlace): string {
  return scope === globalScope ? `global/${name}.md` : `projects/${scope}/${name}.md`;
}

/** Why the server would not keep a memory there, undefined where it would. */
export function problemWith({ scope, name }: MemoryPlace): string | undefined {
  if (scope === everyScope) return 'the scope `all` means every scope';
  if (!scopePattern.test(scope)) return `the server takes no scope "${scope}"`;
  if (!namePattern.test(name)) return `the server takes no name "${name}"`;
  const long = [...scope.split('/'), ...name.split('/')].some((part) => Buffer.byteLength(part) > maxComponentBytes);
  return long ? `a part of it is longer than ${maxComponentBytes} bytes` : undefined;
}

/** Whether two texts are one memory: the server loses the line feeds that a text begins with. */
export function isSameContent(one: string, other: string): boolean {
  return withoutLeadingLineFeeds(one) === withoutLeadingLineFeeds(other);
}

/** What the server gives back of a text. */
export function withoutLeadingLineFeeds(text: string): string {
  return text.replace(/^\n+/, '');
}
