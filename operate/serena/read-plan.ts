import { type SerenaSources, serenaFiles, serenaFolders } from './folders';
import { type MappingOptions, readMapping } from './mapping';
import { type PlannedMemory, planMigration } from './plan';

/** What the operator says about the side of Serena. */
export interface SerenaOptions extends SerenaSources, MappingOptions {}

/** Reads Serena's folders and says where everything goes, the same for every command. */
export function readPlan(options: SerenaOptions): PlannedMemory[] {
  return planMigration(serenaFiles(serenaFolders(options)), readMapping(options));
}
