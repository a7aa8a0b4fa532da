import { type Changes, nothingChanged } from './events';

/** What changed, in words; where nothing did, plainly that. */
export function changesInWords(changes: Changes): string {
  const same = changes.same ?? 0;
  if (nothingChanged(changes)) return `nothing changed, all ${same} resources are as described`;
  return Object.entries(changes)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${pastTense[kind] ?? kind}`)
    .join(', ');
}

const pastTense: Readonly<Record<string, string>> = {
  same: 'unchanged',
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  replace: 'replaced',
  refresh: 'refreshed',
};
