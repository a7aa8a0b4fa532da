import type { SerenaOptions } from '../commands/serena-options';
import { serenaFiles, serenaFolders } from './folders';
import { readMapping } from './mapping';
import { type PlannedMemory, planMigration } from './plan';

/** Reads Serena's folders and says where everything goes, the same for every command. */
export function readPlan(options: SerenaOptions): PlannedMemory[] {
  return planMigration(serenaFiles(serenaFolders(options)), readMapping(options));
}
