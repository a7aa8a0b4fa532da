import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1';
import { runChild } from '../../../operate/base/child';
import { onPath } from './missing';
import { Running } from './process';
import { distributionProgram } from './program';

const scripts = join(__dirname, '..', '..', '..', 'components', 'context-engine', 'qdrant');

/** What the image has that runs the scripts. */
export interface Interpreter {
  readonly python: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ScriptRun {
  readonly code: number | null;
  /** Everything that it wrote. */
  readonly output: string;
  /** What Kubernetes would show as the reason. */
  readonly lastLine: string;
  /** Files that it left in its scratch folder. */
  readonly leftovers: readonly string[];
}

let found: Promise<Interpreter> | undefined;

/**
 * Python and curl of this machine. Without Python nothing of the backup is tested, so it is no reason to skip.
 *
 * @throws Error where there is no Python 3.11 or later
 */
export function interpreter(): Promise<Interpreter> {
  found ??= find();
  return found;
}

async function find(): Promise<Interpreter> {
  const path = onPath('python3');
  const remedy = 'install the package python3, version 3.11 or later';
  if (path === undefined) throw new Error(`python3 is not on PATH; ${remedy}`);
  // What PATH leads to may be a script that chooses an interpreter; its choice is asked for once.
  const question = 'import sys; print(sys.version_info >= (3, 11), sys.executable)';
  const { stdout } = await runChild(path, ['-c', question], { env: { PATH: process.env.PATH ?? '' } });
  const [isNew, python] = stdout.trim().split(' ');
  if (isNew !== 'True' || python === undefined) throw new Error(`python3 is older than 3.11; ${remedy}`);
  const curl = await distributionProgram('curl');
  return { python, env: { PATH: `${dirname(curl.path)}:/usr/bin:/bin`, ...curl.env } };
}

/** Runs a container of the plan to its end, with the places and Secrets of this machine for those of the plan. */
export async function runContainer(
  { command = [], env = [] }: Pick<IContainer, 'command' | 'env'>,
  replaced: Readonly<Record<string, string>>,
): Promise<ScriptRun> {
  const given = env
    .filter(({ name }) => name !== 'SCRATCH_DIR')
    .map(({ name, value, valueFrom }) => [name, value ?? `from ${valueFrom?.secretKeyRef?.key}`]);
  const script = command.at(-1) === '/opt/backup/snapshot.py' ? 'snapshot' : 'restore';
  return startScript(script, await interpreter(), { ...Object.fromEntries(given), ...replaced }).finished;
}

/** Starts a script with exactly this environment, and a scratch folder of its own. */
export function startScript(script: 'snapshot' | 'restore', { env, python }: Interpreter, settings: object) {
  const scratch = mkdtempSync(join(tmpdir(), 'memory-fleet-scratch-'));
  const all = { ...env, SCRATCH_DIR: scratch, DEADLINE_SECONDS: '20', QDRANT_WAIT_SECONDS: '2', ...settings };
  const process = new Running(python, ['-B', join(scripts, `${script}.py`)], all);
  const finished = process.ended.then(({ code }): ScriptRun => {
    const output = process.output.trim();
    const leftovers = readdirSync(scratch);
    rmSync(scratch, { recursive: true, force: true });
    return { code, output, lastLine: output.split('\n').at(-1) ?? '', leftovers };
  });
  return { process, finished };
}
