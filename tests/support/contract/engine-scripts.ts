import { join } from 'node:path';
import { Running } from './process';
import { requiredPython } from './python';

const folder = join(__dirname, '..', '..', '..', 'components', 'context-engine', 'scripts');

/** Path of a script that the containers of Context Engine run. */
export function engineScript(name: string): string {
  return join(folder, name);
}

/** How a script ended. */
export interface ScriptRun {
  readonly code: number | null;
  readonly output: string;
  /** What Kubernetes would show as the reason. */
  readonly lastLine: string;
}

/**
 * Starts a script of Python with exactly this environment.
 *
 * @throws Missing where there is no Python
 */
export function startPython(script: string, args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const python = requiredPython();
  return new Running(python, [engineScript(script), ...args], { PATH: process.env.PATH ?? '', ...env });
}

/** Waits until a process has ended. */
export async function runOf(process: Running): Promise<ScriptRun> {
  const { code } = await process.ended;
  const output = process.output.trim();
  return { code, output, lastLine: output.split('\n').at(-1) ?? '' };
}

/** Waits until a process has written something. @throws Error when it ends without, or takes too long */
export async function written(process: Running, text: string | RegExp, seconds = 20): Promise<void> {
  for (const end = Date.now() + seconds * 1000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    if (typeof text === 'string' ? process.output.includes(text) : text.test(process.output)) return;
    if (process.hasEnded || Date.now() > end) throw new Error(`it never wrote ${text}: ${process.output}`);
  }
}
