import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../../operate/base/child';
import { Running } from './process';
import { distributionProgram } from './program';

const script = join(__dirname, '..', '..', '..', 'components', 'memory-mcp', 'backup.sh');

/** A shell with its tools. */
export interface Shell {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface BackupRun {
  readonly code: number | null;
  /** Everything that it wrote. */
  readonly output: string;
  /** What Kubernetes would show as the reason. */
  readonly lastLine: string;
  /** Files that it left behind. */
  readonly leftovers: readonly string[];
}

/** The shell of this machine. */
export async function machineShell(): Promise<Shell> {
  const curl = await distributionProgram('curl');
  const folder = linked({ curl: curl.path });
  return { name: 'sh', command: ['/bin/sh'], env: { PATH: `${folder}:/usr/bin:/bin`, ...curl.env } };
}

/** BusyBox and curl and nothing else, as in the image that the plan names. */
export async function imageShell(): Promise<Shell> {
  const [busybox, curl] = [await distributionProgram('busybox'), await distributionProgram('curl')];
  const { stdout } = await runChild(busybox.path, ['--list'], { env: {} });
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'curl');
  const folder = linked({ ...Object.fromEntries(applets.map((name) => [name, busybox.path])), curl: curl.path });
  return { name: 'busybox', command: [join(folder, 'sh')], env: { PATH: folder, ...curl.env } };
}

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function linked(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-shell-'));
  folders.push(folder);
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(folder, name));
  return folder;
}

/** Starts the script with exactly this environment, and a folder of its own as the one that it may write to. */
export function startBackup(shell: Shell, env: Readonly<Record<string, string>>) {
  const temporary = mkdtempSync(join(tmpdir(), 'memory-fleet-backup-'));
  folders.push(temporary);
  mkdirSync(join(temporary, 'tmp'));
  const [command = '', ...args] = shell.command;
  const process = new Running(command, [...args, script], { ...shell.env, TMPDIR: join(temporary, 'tmp'), ...env });
  const finished = process.ended.then(({ code }): BackupRun => {
    const output = process.output.trim();
    const lastLine = output.split('\n').at(-1) ?? '';
    return { code, output, lastLine, leftovers: readdirSync(join(temporary, 'tmp')) };
  });
  return { process, finished };
}

/** Runs the script to its end. */
export function runBackup(shell: Shell, env: Readonly<Record<string, string>>): Promise<BackupRun> {
  return startBackup(shell, env).finished;
}
