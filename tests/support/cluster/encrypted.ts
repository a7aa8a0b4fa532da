import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import type { OpenStack } from '../../../operate/engine';
import { type Tools, toolPath } from '../../../operate/toolchain';

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
 * @param key Full key, such as `memory-fleet:memoryMcpToken`.
 * @returns what the stack file says of it
 */
export async function encrypted(stack: OpenStack, place: StackPlace, key: string, value: string): Promise<unknown> {
  await execa(toolPath(place.tools, 'pulumi'), ['config', 'set', '--secret', '--stack', stack.name, key], {
    cwd: stack.workDir,
    input: value,
    env: {
      HOME: place.folder,
      PULUMI_HOME: join(place.folder, 'pulumi'),
      PULUMI_BACKEND_URL: `file://${join(place.stateDir, 'backend')}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(place.stateDir, 'passphrase'),
    },
  });
  return parse(readFileSync(join(stack.workDir, `Pulumi.${stack.name}.yaml`), 'utf8')).config[key];
}
