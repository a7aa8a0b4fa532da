import { dirname, join } from 'node:path';
import { PulumiCommand } from '@pulumi/pulumi/automation';
import { runChild } from '../base/child';
import { linkAtomically } from '../base/files';
import type { FleetHome } from '../base/fleet-home';
import { type Tools, toolPath } from '../toolchain';
import { lastLines } from '../toolchain/go';
import { killOrphanedProviders } from './orphans';

/** The engine's command line ended with an error. */
export class EngineError extends Error {
  override readonly name = 'EngineError';

  constructor(
    readonly exitCode: number | undefined,
    readonly stdout: string,
    readonly stderr: string,
    /** Whether a signal ended it, so that it could neither finish nor say anything. */
    readonly killed = false,
  ) {
    super(lastLines(stderr || stdout, 20));
  }
}

/** Seconds that the engine gets to end its operation and write its state after an interrupt. */
const grace = 60;

/**
 * The engine's command line for the Automation API, running in the environment that it is given and nothing else.
 *
 * The API's own runner passes on the whole environment of this process, and with it the operator's login and
 * passphrase; and it starts the engine in the terminal's process group, where Ctrl-C reaches it twice, which the engine
 * takes for an order to end at once and leave its operations unrecorded.
 */
export async function engineCommand(home: FleetHome, tools: Tools): Promise<PulumiCommand> {
  const command = await PulumiCommand.get({ root: engineRoot(home, tools) });
  const runner: Runner = {
    run: (args, cwd, env, onOutput, onError, signal) =>
      run(home, command.command, args, { cwd, env, onOutput, onError, signal }),
  };
  return Object.assign(command, runner);
}

/** The provider where the engine looks for it: `<PULUMI_HOME>/plugins/resource-kubernetes-v<version>/`. */
export function linkProvider(home: FleetHome, tools: Tools): void {
  const tool = tools.get('pulumi-resource-kubernetes');
  if (tool === undefined) throw new Error('pulumi-resource-kubernetes was not obtained');
  linkAtomically(tool.path, join(home.pulumi, 'plugins', `resource-kubernetes-v${tool.version}`, tool.name));
}

interface Runner {
  readonly run: (
    args: readonly string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ) => Promise<{ stdout: string; stderr: string; code: number }>;
}

interface Call {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly onError?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function run(home: FleetHome, command: string, args: readonly string[], call: Call) {
  const result = await runChild(command, [...args, '--non-interactive'], {
    cwd: call.cwd,
    env: { ...call.env, PULUMI_AUTOMATION_API: 'true' },
    signal: call.signal,
    graceSeconds: grace,
    onStdout: call.onOutput,
    onStderr: call.onError,
  });
  if (result.exitCode !== 0) {
    const killed = result.exitCode === undefined && result.startError === undefined;
    if (killed) await killOrphanedProviders(home.pulumi);
    throw new EngineError(result.exitCode, result.stdout, result.stderr || String(result.startError ?? ''), killed);
  }
  return { stdout: result.stdout, stderr: result.stderr, code: 0 };
}

/** The Automation API looks for `bin/pulumi` below a folder; an engine from the search path may lie anywhere. */
function engineRoot(home: FleetHome, tools: Tools): string {
  const path = toolPath(tools, 'pulumi');
  if (path.endsWith('/bin/pulumi')) return dirname(dirname(path));
  const root = join(home.tools, 'pulumi', `path-${path.replaceAll('/', '_')}`);
  linkAtomically(path, join(root, 'bin', 'pulumi'));
  return root;
}
