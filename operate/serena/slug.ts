/** Deepest name that the server takes. */
const depth = 3;
const taken = /^(?!\.)[\p{Alphabetic}\p{N}_.-]+$/u;
const other = /[^\p{Alphabetic}\p{N}_.-]+/gu;

/**
 * A name that the server takes, the same one where it takes it as it is: other characters become `-`, a part does not
 * begin with a dot, and what lies deeper than three levels is joined by `-`. Letters are composed first, because the
 * server takes `é` as one character and not as two.
 */
export function slug(name: string): string {
  const parts = name.normalize('NFC').split('/').map(slugPart);
  if (parts.length <= depth) return parts.join('/');
  return [...parts.slice(0, depth - 1), parts.slice(depth - 1).join('-')].join('/');
}

function slugPart(part: string): string {
  if (taken.test(part)) return part;
  const kept = part
    .replace(other, '-')
    .replace(/^[.-]+/, '')
    .replace(/-+$/, '');
  return kept === '' ? 'unnamed' : kept;
}
