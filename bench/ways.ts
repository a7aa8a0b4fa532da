import { copyFileSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { fleetHomeAt } from '../operate/base/fleet-home';
import { openStack } from '../operate/engine';
import { backendUrl } from '../operate/engine/backend';
import { linkProvider } from '../operate/engine/command';
import { toolPath } from '../operate/toolchain';
import { toolEnvironment } from '../operate/toolchain/environment';
import { controlPlane, kubeconfigFor } from '../tests/support/cluster/control-plane';

/** A stack with a state of its own, in which nothing is known at first. */
export interface Opened {
  readonly preview: () => Promise<unknown>;
  readonly up: () => Promise<unknown>;
}

/** Opens a stack of the project in a folder. */
export type Way = (folder: string, stack: string) => Promise<Opened>;

/** As the commands of this project do: the program is loaded once, into their own process. */
export const automationApi: Way = (projectDir, stack) => {
  const { folder, tools } = controlPlane();
  const stateDir = mkdtempSync(join(folder, 'bench-'));
  return openStack({ stack, home: fleetHomeAt(folder), tools, projectDir, kubeconfig: kubeconfigFor(stack), stateDir });
};

/** As an operator does: every run starts the language host, which loads the program. */
export const pulumiCli: Way = async (projectDir, stack) => {
  const { folder, tools } = controlPlane();
  const stateDir = mkdtempSync(join(folder, 'bench-'));
  // Where the stack is made, because the engine then adds an encryption salt to its file.
  const file = join(stateDir, `Pulumi.${stack}.yaml`);
  copyFileSync(join(projectDir, 'Pulumi.yaml'), join(stateDir, 'Pulumi.yaml'));
  copyFileSync(join(projectDir, `Pulumi.${stack}.yaml`), file);
  const home = fleetHomeAt(folder);
  linkProvider(home, tools);
  const env = toolEnvironment(home, {
    KUBECONFIG: kubeconfigFor(stack),
    PULUMI_BACKEND_URL: backendUrl(stateDir),
    PULUMI_CONFIG_PASSPHRASE: '',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
  });
  const pulumi = (cwd: string, ...args: string[]) =>
    execa(toolPath(tools, 'pulumi'), [...args, '--stack', stack, '--non-interactive'], { cwd, env, extendEnv: false });
  await pulumi(stateDir, 'stack', 'init');
  return {
    preview: () => pulumi(projectDir, 'preview', '--config-file', file),
    up: () => pulumi(projectDir, 'up', '--skip-preview', '--yes', '--config-file', file),
  };
};
