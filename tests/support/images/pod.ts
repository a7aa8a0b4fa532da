import { chmodSync, chownSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IContainer, IPodSpec, IProbe } from 'kubernetes-models/v1';
import { runChild } from '../../../operate/base/child';
import { required } from '../contract/missing';
import { translate } from '../contract/pod';
import type { Ended } from '../contract/process';
import { distributionProgram, type Program } from '../contract/program';
import type { Bundle, Container, ContainerOptions } from './bundle';

/** What containers find around them. */
export interface Surroundings {
  readonly image: (name: string) => Promise<Bundle>;
  /** Folders of this machine by the paths at which the containers find them. */
  readonly paths: Readonly<Record<string, string>>;
  /** Values of Secrets, by `name/key`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Values of the environment that are not the plan's, in every container that has them. */
  readonly env?: Readonly<Record<string, string>>;
  /** What addresses of the plan are here. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** A pod whose network this one has: what listens there is at its loopback address. @default a network of its own */
  readonly network?: ImagePod | undefined;
}

/** The address of every pod that serves, as other pods reach it. */
export const podAddress = '192.0.2.1';

interface Served extends Container {
  readonly container: IContainer;
  readonly bundle: Bundle;
}

/** A pod whose containers run in their images, as the kubelet runs them: user, groups, root, volumes, probes, one network. */
export class ImagePod {
  readonly #served: Served[] = [];
  #network: string | undefined;

  constructor(
    readonly spec: IPodSpec,
    private readonly around: Surroundings,
  ) {
    this.#network = around.network?.network;
    const { fsGroup = 0 } = spec.securityContext ?? {};
    for (const place of Object.values(around.paths)) {
      chownSync(place, 0, fsGroup);
      chmodSync(place, 0o2775);
    }
  }

  /** Starts a pod that serves: its init containers to their ends, the others until they pass their startup probes. */
  static async started(spec: IPodSpec, around: Surroundings): Promise<ImagePod> {
    const pod = new ImagePod(spec, around);
    for (const container of spec.initContainers ?? []) {
      if (container.restartPolicy) await pod.serve(container);
      else {
        const { code, output } = await pod.run(container);
        if (code !== 0) throw new Error(`${container.name} ended with ${code}: ${output}`);
      }
    }
    for (const container of spec.containers) await pod.serve(container);
    return pod;
  }

  get network(): string | undefined {
    return this.#network;
  }

  /** Everything that its servers have written. */
  get output(): string {
    return this.#served.map(({ process }) => process.output).join('');
  }

  /** Runs a container to its end. */
  async run(container: IContainer): Promise<{ readonly code: number | null; readonly output: string }> {
    const bundle = await this.around.image(container.image ?? '');
    return bundle.run(this.#options(container));
  }

  /** Starts a container and waits for its startup probe, no longer than the plan would. */
  async serve(container: IContainer): Promise<void> {
    const bundle = await this.around.image(container.image ?? '');
    const started = { ...bundle.start(this.#options(container)), container, bundle };
    this.#served.push(started);
    const { failureThreshold = 3, periodSeconds = 10 } = container.startupProbe ?? {};
    const deadline = Date.now() + failureThreshold * periodSeconds * 1000;
    while (!(await this.#passes(started, container.startupProbe))) {
      if (started.process.hasEnded) throw new Error(`${container.name} ended: ${started.process.output}`);
      if (Date.now() > deadline) throw new Error(`${container.name} is not ready: ${started.process.output}`);
      await sleep(200);
    }
  }

  /** Whether the only server of the pod passes a probe of its own. */
  passes(probe: 'readinessProbe' | 'livenessProbe'): Promise<boolean> {
    const [served] = this.#served;
    if (!served) throw new Error('nothing was started');
    return this.#passes(served, served.container[probe]);
  }

  /** What is answered at a port of the pod with a status of success. */
  async answer(port: number | string, path = '/'): Promise<string | undefined> {
    const curl = await distributionProgram('curl');
    const args = ['--silent', '--fail', '--max-time', '5', '--output', '-', `http://127.0.0.1:${port}${path}`];
    const { exitCode, stdout } = await inNetwork(this.#network ?? '', curl.path, args, curl.env);
    return exitCode === 0 ? stdout : undefined;
  }

  /** Runs a program in the only server of the pod. */
  exec(...command: readonly string[]) {
    const [served] = this.#served;
    if (!served) throw new Error('nothing was started');
    return served.bundle.exec(served.id, command);
  }

  /** Ends its servers as the kubelet does, within the grace period. */
  async stop(): Promise<Ended[]> {
    const grace = this.spec.terminationGracePeriodSeconds ?? 30;
    return Promise.all(
      this.#served.splice(0).map(async ({ bundle, container, process }) => {
        const ended = await process.stop(grace, bundle.stopSignal as NodeJS.Signals | undefined);
        if (ended.signal === 'SIGKILL') throw new Error(`${container.name} did not end within ${grace} s`);
        return ended;
      }),
    );
  }

  /** Kills what still runs. */
  async kill(): Promise<void> {
    await Promise.all(this.#served.splice(0).map(({ bundle, id }) => bundle.kill(id)));
  }

  async #passes({ bundle, container, id }: Served, probe: IProbe | undefined): Promise<boolean> {
    const { exec, httpGet } = probe ?? {};
    const pid = await bundle.pid(id);
    if (pid === undefined) return false;
    if (this.#network === undefined) {
      this.#network = `/proc/${pid}/ns/net`;
      await inNetwork(this.#network, required('ip', 'install iproute2'), ['address', 'add', podAddress, 'dev', 'lo']);
    }
    // As for the kubelet: what has no probe passes it once it runs.
    if (!probe) return true;
    if (exec) return (await bundle.exec(id, exec.command ?? [])).exitCode === 0;
    if (!httpGet) throw new Error(`this harness knows no such probe of ${container.name}: ${JSON.stringify(probe)}`);
    return (await this.answer(httpGet.port, httpGet.path)) !== undefined;
  }

  #options(container: IContainer): ContainerOptions {
    const { addresses = {}, env: given = {}, paths, secrets } = this.around;
    const {
      runAsUser = 0,
      runAsGroup = 0,
      fsGroup = 0,
    } = {
      ...this.spec.securityContext,
      ...container.securityContext,
    };
    const translated = translate(container, { paths: {}, ports: {}, secrets });
    const values = { ...translated.env, ...onlyKnown(given, translated.env) };
    const here = Object.entries(values).map(([name, value]) => [
      name,
      Object.entries(addresses).reduce((text, [from, to]) => text.replace(from, to), value),
    ]);
    const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => [mountPath, paths[mountPath] ?? '']);
    const { command, args } = translated;
    return {
      user: [runAsUser, runAsGroup],
      groups: [fsGroup],
      ...(command.length > 0 ? { command: [...command, ...args] } : args.length > 0 ? { args } : {}),
      env: Object.fromEntries(here),
      volumes: Object.fromEntries(mounts),
      network: this.#network,
    };
  }
}

function inNetwork(network: string, program: string, args: readonly string[], env: Program['env'] = {}) {
  const nsenter = required('nsenter', 'install the package util-linux');
  return runChild(nsenter, [`--net=${network}`, program, ...args], { env: { ...env } });
}

function onlyKnown(values: Readonly<Record<string, string>>, known: object): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in known));
}
