import type { UnsavedData } from '../system/operations';
import { remotes, system } from './names';
import type { MemoryMcpSettings } from './settings';

/** What a lost volume would lose: the recall log is in no git, and memories without a remote are on the volume alone. */
export function unsavedData(settings: MemoryMcpSettings): UnsavedData[] {
  if (settings.backup.volume) return [];
  const claim = `${system}-data`;
  const memories = remotes(settings).length > 0 ? 'memories of other scopes' : 'memories';
  return [
    ...(settings.git.remoteUrl ? [] : [{ name: memories, claim, key: 'git.remoteUrl' }]),
    { name: 'recall log', claim, key: 'backup.volume' },
  ];
}
