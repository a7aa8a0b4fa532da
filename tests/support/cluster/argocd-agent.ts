import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { fleetHome } from '../../../operate/base/fleet-home';
import { isFree } from '../../../operate/local-cluster/ports';
import { obtainTools, toolPath } from '../../../operate/toolchain';
import type { ArgoCd } from './argocd';
import { controlPlane, eventually, projectDir } from './control-plane';

/** Seconds that one pass over all sync waves may take. */
const passLimit = 120;

/**
 * Argo CD's own engine with prune and self-heal, following a git repository of this run. It applies client-side and
 * marks what it manages by an annotation. It syncs only when it is asked to, so that a test decides who writes first.
 *
 * It never ends a pass in which it creates objects of several sync waves: unlike Argo CD it does not look again for what
 * was not there when the pass began. So tests let it change and prune objects, and the server-side one create them.
 *
 * @param name Folder of the repository; the mark is made of it, so two agents never prune each other's objects.
 */
export async function startAgent(name: string): Promise<ArgoCd> {
  const { cluster, folder } = controlPlane();
  const tools = await obtainTools({ home: fleetHome(), projectDir, names: ['agent'] });
  const repository = join(folder, 'repositories', name);
  mkdirSync(repository, { recursive: true });
  const git = (...args: string[]) => execa('git', [...identity, ...args], { cwd: repository });
  await git('init', '--quiet', '--initial-branch=main');
  const merge = async (manifests: string) => {
    writeFileSync(join(repository, 'manifests.yaml'), manifests);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message=merged');
  };
  // It syncs once at its start, which takes long and must not touch anything yet.
  await merge('');

  const log = `${repository}.log`;
  const stderr = openSync(log, 'a');
  const port = await freePort();
  const child = spawn(
    toolPath(tools, 'agent'),
    [
      repository,
      '--default-namespace=default',
      '--resync-seconds=86400',
      `--port=${port}`,
      `--kubeconfig=${cluster.kubeconfig}`,
    ],
    { stdio: ['ignore', 'pipe', stderr] },
  );
  closeSync(stderr);
  const exited = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  /** What each pass that came to its end said: one table. */
  const tables = () => printed.split(/^RESOURCE\s+RESULT\n/m).slice(1);
  const said = () => readFileSync(log, 'utf8');

  const finished = async (passes: number): Promise<readonly string[]> => {
    const failed = () => child.exitCode !== null || /Failed to (parse|synchronize)/.test(said());
    await eventually('Argo CD has synced', async () => failed() || tables().length >= passes, passLimit).catch(
      (error: Error) => {
        throw new Error(`${error.message}\n${said().slice(-4000)}`);
      },
    );
    if (failed()) throw new Error(`the sync failed:\n${said().slice(-4000)}`);
    return (tables().at(-1) ?? '')
      .split(/\n(?=\S*\/)/)
      .map((line) => line.trim())
      .filter((line) => line !== '');
  };
  await finished(1);
  return {
    merge,
    sync: async () => {
      const passes = tables().length;
      await fetch(`http://127.0.0.1:${port}/api/v1/sync`, { method: 'POST' });
      return finished(passes + 1);
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const port = randomInt(10_000, 30_000);
  return (await isFree(port)) ? port : freePort();
}

/** Nothing of the machine's git configuration decides whether a commit succeeds. */
const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
