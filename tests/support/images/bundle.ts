import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChildResult, runChild } from '../../../operate/base/child';
import type { PackedImage } from '../../../operate/oci/image';
import { Missing, required } from '../contract/missing';
import { Running } from '../contract/process';
import { distributionProgram, type Program } from '../contract/program';

/** What unpacks images and runs containers, neither of which knows the packer. */
export interface Runtime {
  readonly umoci: Program;
  readonly runc: Program;
}

/**
 * @throws Missing where this machine has no such programs, or lets nobody make a container
 */
export async function containerRuntime(): Promise<Runtime> {
  if (process.getuid?.() !== 0) throw new Missing('containers are made by root alone', 'run the tests as root');
  const namespaces = ['--mount', '--net', '--ipc', '--uts', '--pid', '--fork'];
  const unshare = required('unshare', 'install the package util-linux');
  const { exitCode, stderr } = await runChild(unshare, [...namespaces, 'true'], { env: {} });
  if (exitCode !== 0) throw new Missing(`no container can be made here: ${stderr.trim()}`, 'use a machine of your own');
  return { umoci: await distributionProgram('umoci'), runc: await distributionProgram('runc') };
}

/** How a container is run, beside what its image says; its root is read-only and it has no capability. */
export interface ContainerOptions {
  readonly user: readonly [user: number, group: number];
  /** Further groups. */
  readonly groups?: readonly number[];
  /** The network that it has, as a file of a process that has it. @default one of its own */
  readonly network?: string | undefined;
  /** In place of the image's command. */
  readonly args?: readonly string[];
  /** In place of the image's entrypoint and command. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of this machine by paths of the container. */
  readonly volumes?: Readonly<Record<string, string>>;
}

/** A container that was started. */
export interface Container {
  readonly id: string;
  readonly process: Running;
}

interface RuntimeSpec {
  process: { terminal: boolean; args: string[]; env: string[]; user: object; capabilities: object; rlimits: object[] };
  root: { path: string; readonly: boolean };
  mounts: { destination: string; type: string; source: string; options?: string[] }[];
  linux: { namespaces: { type: string; path?: string }[] };
}

/** A container does not end with the process that started it. */
const bundles = new Set<Bundle>();
process.once('exit', () => {
  for (const bundle of bundles) bundle.remove();
});

/** An image, unpacked by umoci, which compares every digest, and run by runc. */
export class Bundle {
  readonly folder = mkdtempSync(join(tmpdir(), 'memory-fleet-bundle-'));
  readonly #containers: string[] = [];

  private constructor(
    private readonly runtime: Runtime,
    private readonly image: PackedImage,
  ) {
    bundles.add(this);
  }

  /** @throws Error where the archive is no image */
  static async of(runtime: Runtime, image: PackedImage): Promise<Bundle> {
    const bundle = new Bundle(runtime, image);
    const layout = join(bundle.folder, 'layout');
    mkdirSync(layout);
    await run('tar', ['-xf', image.path, '-C', layout]);
    const tag = image.name.slice(image.name.lastIndexOf(':') + 1);
    const { path, env } = runtime.umoci;
    await run(path, ['unpack', '--image', `${layout}:${tag}`, bundle.#place], env);
    return bundle;
  }

  /** Runs a container to its end. */
  async run(options: ContainerOptions): Promise<{ readonly code: number | null; readonly output: string }> {
    const { process } = this.start(options);
    const { code } = await process.ended;
    return { code, output: process.output };
  }

  /** Starts a container. */
  start(options: ContainerOptions): Container {
    const id = `${this.image.digest.slice(7, 19)}-${process.pid}-${this.#containers.length}`;
    this.#containers.push(id);
    const folder = join(this.folder, id);
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(this.#spec(options)));
    const { path, env } = this.runtime.runc;
    return { id, process: new Running(path, [...this.#state, 'run', '--bundle', folder, id], env) };
  }

  /** Runs a program in a container that was started. */
  exec(id: string, command: readonly string[]): Promise<ChildResult> {
    const { path, env } = this.runtime.runc;
    return runChild(path, [...this.#state, 'exec', id, ...command], { env });
  }

  /** The first process of a container that runs, as this machine sees it; undefined once it has ended. */
  async pid(id: string): Promise<number | undefined> {
    const { path, env } = this.runtime.runc;
    const { exitCode, stdout } = await runChild(path, [...this.#state, 'state', id], { env });
    const { pid = 0 } = exitCode === 0 ? (JSON.parse(stdout) as { pid?: number }) : {};
    return pid > 0 ? pid : undefined;
  }

  /** Kills a container that was started. */
  async kill(id: string): Promise<void> {
    const { path, env } = this.runtime.runc;
    await runChild(path, [...this.#state, 'delete', '--force', id], { env });
  }

  /** The signal that the image asks to be ended by. */
  get stopSignal(): string | undefined {
    return this.#configuration().StopSignal;
  }

  /** Ends every container that still runs and removes all that is left of them. */
  remove(): void {
    for (const id of this.#containers.splice(0)) {
      spawnSync(this.runtime.runc.path, [...this.#state, 'delete', '--force', id], { env: this.runtime.runc.env });
    }
    rmSync(this.folder, { recursive: true, force: true });
    bundles.delete(this);
  }

  get #place(): string {
    return join(this.folder, 'unpacked');
  }

  get #state(): string[] {
    return ['--root', join(this.folder, 'state')];
  }

  /** The image's own configuration, read as any client would. */
  #configuration(): { Entrypoint?: string[]; Cmd?: string[]; StopSignal?: string } {
    const { manifests } = this.#json('index.json') as { manifests: { digest: string }[] };
    const { config } = this.#blob(manifests[0]?.digest) as { config: { digest: string } };
    return (this.#blob(config.digest) as { config: object }).config;
  }

  #blob(digest = ''): unknown {
    return this.#json(join('blobs', ...digest.split(':')));
  }

  #json(name: string): unknown {
    return JSON.parse(readFileSync(join(this.folder, 'layout', name), 'utf8'));
  }

  /** What umoci made of the image's configuration, as the kubelet would change it. */
  #spec({
    user: [uid, gid],
    groups = [],
    network,
    args,
    command,
    env = {},
    volumes = {},
  }: ContainerOptions): RuntimeSpec {
    const spec = JSON.parse(readFileSync(join(this.#place, 'config.json'), 'utf8')) as RuntimeSpec;
    const { Entrypoint = [], Cmd = [] } = this.#configuration();
    spec.process.terminal = false;
    spec.process.user = { uid, gid, additionalGids: groups };
    spec.process.capabilities = {};
    spec.process.rlimits = [];
    spec.process.args = [...(command ?? [...Entrypoint, ...(args ?? Cmd)])];
    spec.process.env.push(...Object.entries(env).map(([name, value]) => `${name}=${value}`));
    spec.root = { path: join(this.#place, 'rootfs'), readonly: true };
    const mounts = Object.entries(volumes).map(([destination, source]) => {
      return { destination, source, type: 'bind', options: ['bind', 'rw'] };
    });
    spec.mounts = [...spec.mounts.filter(({ type }) => type !== 'cgroup'), ...mounts];
    for (const namespace of spec.linux.namespaces) {
      if (namespace.type === 'network' && network !== undefined) namespace.path = network;
    }
    return spec;
  }
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { exitCode, stderr, startError } = await runChild(command, args, {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  if (exitCode !== 0) throw new Error(`${command} ${args[0]}: ${startError?.message ?? stderr.trim()}`);
}
