import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import type { OpenStack } from '../../../operate/engine';
import { type Tools, toolPath } from '../../../operate/toolchain';

const key = 'memory-fleet:secrets';

/** Where a stack and what belongs to it lie. */
export interface StackPlace {
  /** Folder that serves as home of everything that the engine keeps. */
  readonly folder: string;
  readonly stateDir: string;
  readonly tools: Tools;
}

/**
 * Encrypts a value of the configuration as `pulumi config set --secret` does it for an operator, the value on standard
 * input.
 *
 * @param path Where the map of secrets has it, such as `memoryMcp.token`.
 * @returns what the stack file then says of `memory-fleet:secrets`
 */
export async function encrypted(stack: OpenStack, place: StackPlace, path: string, value: string): Promise<unknown> {
  await execa(
    toolPath(place.tools, 'pulumi'),
    ['config', 'set', '--secret', '--path', '--stack', stack.name, `${key}.${path}`],
    {
      cwd: stack.workDir,
      input: value,
      env: {
        HOME: place.folder,
        PULUMI_HOME: join(place.folder, 'pulumi'),
        PULUMI_BACKEND_URL: `file://${join(place.stateDir, 'backend')}`,
        PULUMI_CONFIG_PASSPHRASE_FILE: join(place.stateDir, 'passphrase'),
      },
    },
  );
  return parse(readFileSync(join(stack.workDir, `Pulumi.${stack.name}.yaml`), 'utf8')).config[key];
}
