import { backupFacts } from '../kit/parts/backup';
import type { NamedCluster } from '../system';
import type { Operations } from '../system/operations';
import { backupArgs } from './backup';
import { brought } from './brought';
import { keyOf, type Rae } from './instance';

/** What the system offers to the operator's commands. */
export function operations(rae: Rae, cluster: NamedCluster): Operations {
  const at = (key: string) => keyOf(key).join('.');
  return {
    servers: [],
    entrances: { pods: at('clients'), users: [at('exposure')] },
    backups: [backupFacts(backupArgs(rae, cluster))],
    brought: brought(rae),
  };
}
