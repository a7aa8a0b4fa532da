import type { Command } from 'commander';

/** Adds the options about the side of Serena, see serena/read-plan.ts. */
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
