import type { Change, Facts } from '../impact-change';
import { clusterChanges } from './cluster';
import { contextEngineChanges } from './context-engine';
import { contextEngineClusterChanges } from './context-engine-cluster';
import { contextEngineSettingChanges } from './context-engine-settings';
import { memoryMcpChanges } from './memory-mcp';

/** Every change of the table. Each key has at least one in each variant; those with a catch have more. */
export function allChanges(facts: Facts): Change[] {
  return [
    ...clusterChanges(facts),
    ...contextEngineClusterChanges(),
    ...memoryMcpChanges(),
    ...contextEngineChanges(),
    ...contextEngineSettingChanges(),
  ];
}
