import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { runChild } from '../../../operate/base/child';
import type { Bundle } from '../images/bundle';
import { ImagePod } from '../images/pod';
import { mounted } from '../images/volumes';
import { type Machine, translate } from './pod';
import { Running } from './process';
import { distributionProgram } from './program';
import { requiredPython } from './python';

/** What a pod came to that runs to its end. */
export interface JobRun {
  /** Name of the container that decided: the first that failed, else the last. */
  readonly container: string;
  readonly code: number | null;
  /** Everything that this container wrote. */
  readonly output: string;
  /** The last line of it, as JSON; undefined where it is none. */
  readonly said: Said | undefined;
}

export interface Said {
  readonly ok: boolean;
  readonly why?: string;
  readonly snapshot?: string;
  readonly counts?: unknown;
  readonly warnings?: readonly string[];
}

export interface JobOptions {
  /** Content of the pod's ConfigMaps, by their names. */
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Folders of this machine by the paths of volumes that outlive the pod. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Values of Secrets, by `name/key`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What addresses of the plan are here. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Values of the environment that are not the plan's, in every container that has them. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs containers in their images, instead of as processes of this machine. @param image as the plan names it */
  readonly inImage?: (image: string) => Promise<Bundle>;
  /** Where they run in their images: a pod that they reach at the loopback address. */
  readonly network?: ImagePod;
  /** Called when a container has started. */
  readonly during?: (name: string, process: Running) => void | Promise<void>;
  /** Called when a container has ended well, with the folder that the containers share. */
  readonly after?: (name: string, work: string) => void | Promise<void>;
}

/** What the images of a backup have. */
interface Programs {
  /** Folder with BusyBox and restic and nothing else, as in restic's own image. */
  readonly restic: string;
  /** What an image with Python has. */
  readonly python: string;
}

let found: Promise<Programs> | undefined;

/** @throws Missing */
export function jobPrograms(): Promise<Programs> {
  found ??= find();
  return found;
}

async function find(): Promise<Programs> {
  const [busybox, restic] = [await distributionProgram('busybox'), await distributionProgram('restic')];
  const { stdout } = await runChild(busybox.path, ['--list'], { env: {} });
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-restic-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const applet of stdout.split('\n').filter(Boolean)) symlinkSync(busybox.path, join(folder, applet));
  symlinkSync(restic.path, join(folder, 'restic'));
  // What PATH leads to may be a script that chooses an interpreter; its choice is asked for once.
  const asked = await runChild(requiredPython(), ['-c', 'import sys; print(sys.executable)'], {
    env: { PATH: process.env.PATH ?? '' },
  });
  return { restic: folder, python: `${dirname(asked.stdout.trim())}:/usr/bin:/bin` };
}

/**
 * Runs a pod to its end, as the kubelet does: its init containers one after another, then its only container; the first
 * that fails ends it. Init containers that go on running do so in their images; without images something else here takes
 * their place.
 */
export async function runJob(pod: IPodSpec, options: JobOptions): Promise<JobRun> {
  const { inImage } = options;
  const programs = inImage ? undefined : await jobPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'memory-fleet-job-'));
  const paths = { ...mounted(pod, folder, options.configMaps, options.secrets), ...options.volumes };
  const machine: Machine = { paths, ports: {}, secrets: options.secrets };
  const imagePod = inImage && new ImagePod(pod, { ...options, image: inImage, paths });
  try {
    for (const container of pod.initContainers ?? []) {
      if (container.restartPolicy) await imagePod?.serve(container);
      else {
        const run = await step(container);
        if (run.code !== 0) return run;
        await options.after?.(container.name, paths['/work'] ?? '');
      }
    }
    const [container] = pod.containers;
    if (!container) throw new Error('the pod has no container');
    return await step(container);
  } finally {
    await imagePod?.kill();
    rmSync(folder, { recursive: true, force: true });
  }

  async function step(container: IContainer): Promise<JobRun> {
    if (programs) return runContainer(container, machine, programs, options);
    const { code, output = '' } = (await imagePod?.run(container)) ?? { code: null };
    return { container: container.name, code, output, said: json(output.trim().split('\n').at(-1) ?? '') };
  }
}

async function runContainer(
  container: IContainer,
  machine: Machine,
  programs: Programs,
  { addresses = {}, during, env: given = {} }: JobOptions,
): Promise<JobRun> {
  const { command, env } = translate(container, machine);
  const local = Object.entries({ ...env, ...pick(given, env) }).map(([name, value]) => {
    const here = Object.entries(addresses).reduce((text, [from, to]) => text.replace(from, to), value);
    return [name, here] as const;
  });
  const path = container.image?.includes('restic') ? programs.restic : programs.python;
  const [shell = '', ...args] = command;
  const program = container.image?.includes('restic') ? join(path, shell) : `/bin/${shell}`;
  const running = new Running(program, args, { PATH: path, ...Object.fromEntries(local) });
  const watching = during?.(container.name, running);
  const { code } = await running.ended;
  await watching;
  const output = running.output.trim();
  return { container: container.name, code, output, said: json(output.split('\n').at(-1) ?? '') };
}

function pick(values: Readonly<Record<string, string>>, known: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in known));
}

function json(line: string): Said | undefined {
  try {
    return JSON.parse(line) as Said;
  } catch {
    return undefined;
  }
}
