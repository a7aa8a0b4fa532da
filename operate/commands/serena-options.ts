import type { Command } from 'commander';
import type { SerenaSources } from '../serena/folders';
import type { MappingOptions } from '../serena/mapping';

/** What the operator says about the side of Serena. */
export interface SerenaOptions extends SerenaSources, MappingOptions {}

/** Adds the options of {@link SerenaOptions}. */
export function addSerenaOptions(command: Command): Command {
  return command
    .option('--global <dir>', 'global memories (default: memories/global of SERENA_HOME, and ~/.serena/memories)')
    .option('--no-global', 'leave the global memories out')
    .option('--repository <dir[=scope]>', "memories of a repository; default scope: its folder's name", collect)
    .option('--mapping <file>', 'YAML with `rename` (names to new names) and `skip` (a list of names)')
    .option('--rename <old=new>', 'keep a memory under another name, or scope:name', collect)
    .option('--skip <old>', 'leave a memory out, by its scope:name or path', collect);
}

/** Values of an option that may be repeated. */
function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
