import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IContainer, IPodSpec, IVolume } from 'kubernetes-models/v1';
import { proxyPorts } from '../../../components/kit/parts/auth-sidecar';
import { withPods } from '../../../components/kit/parts/pods';
import { describeMemoryMcp } from '../../../components/memory-mcp/objects';
import { parseStack } from '../../../components/stack';
import { madeModel } from './made-model';
import { containerOf, localPort, localText, type Machine, translate } from './pod';
import { freePorts } from './ports';
import { waitForStart } from './probe';
import { type Ended, Running } from './process';
import type { Program } from './program';

/** The plan of memory-mcp for given settings, as the program itself would describe it. */
export function planOf(memoryMcp: object = {}, cluster: object = {}) {
  const config = parseStack({ memoryMcp, cluster }, 'contract');
  if (!config.memoryMcp) throw new Error('no memory-mcp');
  const plan = withPods(describeMemoryMcp(config.memoryMcp, config.cluster), config.cluster);
  const pod = plan.objects.deployment.object.spec?.template.spec;
  if (!pod) throw new Error('no pod');
  return { plan, pod };
}

/** Executables in place of images. */
export interface Programs {
  readonly memoryMcp: string;
  /** Needed where the plan has a proxy. */
  readonly haproxy?: Program;
}

export interface PodOptions {
  /** Settings below `memoryMcp` of a stack file. */
  readonly memoryMcp?: object;
  readonly cluster?: object;
  /** Values of Secrets, by `name/key`. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the server's environment holds beside the plan's, such as where a test's certificate lies. */
  readonly env?: Readonly<Record<string, string>>;
  /** Content of ConfigMaps that the plan does not describe, by their names. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The pod of a plan, its containers as processes of this machine, its volumes as folders. */
export class Pod {
  readonly plan: ReturnType<typeof planOf>['plan'];
  readonly spec: IPodSpec;
  /** Where the pod's volumes and the image's home directory lie. */
  readonly folder: string;
  readonly #programs: Programs;
  readonly #options: PodOptions;
  readonly #ports: Readonly<Record<number, number>>;
  #processes = new Map<string, Running>();

  private constructor(programs: Programs, options: PodOptions, ports: Readonly<Record<number, number>>) {
    const { plan, pod } = planOf(options.memoryMcp, options.cluster);
    this.plan = plan;
    this.spec = pod;
    this.folder = mkdtempSync(join(tmpdir(), 'memory-fleet-pod-'));
    this.#programs = programs;
    this.#options = options;
    this.#ports = ports;
    mkdirSync(join(this.folder, 'home'));
    for (const volume of this.spec.volumes ?? []) mkdirSync(this.volume(volume.name), { recursive: true });
  }

  /** A pod that has passed its startup probes. */
  static async started(programs: Programs, options: PodOptions = {}): Promise<Pod> {
    const pod = await Pod.created(programs, options);
    await pod.start();
    return pod;
  }

  /** A pod that was never started. */
  static async created(programs: Programs, options: PodOptions = {}): Promise<Pod> {
    return new Pod(programs, options, await freePorts([8080, proxyPorts.guarded, proxyPorts.health]));
  }

  /** Starts every container and waits for its startup probe. */
  async start(): Promise<void> {
    for (const volume of this.spec.volumes ?? []) this.#writeConfigMap(volume);
    for (const container of this.spec.containers) this.#processes.set(container.name, this.#run(container));
    for (const container of this.spec.containers) {
      const process = this.process(container.name);
      await waitForStart(container, this.machine(container), () => (process.hasEnded ? process.output : undefined));
    }
  }

  /** Stops every container within the plan's grace period. */
  async stop(): Promise<Record<string, Ended & { readonly afterMs: number }>> {
    const grace = this.spec.terminationGracePeriodSeconds;
    const stopping = [...this.#processes].map(async ([name, process]) => [name, await process.stop(grace)] as const);
    return Object.fromEntries(await Promise.all(stopping));
  }

  /** Kills what still runs and removes every folder. */
  async remove(): Promise<void> {
    for (const process of this.#processes.values()) await process.stop(1, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  process(container = 'memory-mcp'): Running {
    const found = this.#processes.get(container);
    if (!found) throw new Error(`${container} was not started`);
    return found;
  }

  container(name = 'memory-mcp'): IContainer {
    return containerOf(this.spec, name);
  }

  /** Folder of a volume, by its name in the plan. */
  volume(name: string): string {
    return join(this.folder, 'volumes', name);
  }

  /** Port of this machine for a port of the pod. */
  port(port = 8080): number {
    return localPort(this.#ports, port);
  }

  /** URL of the protocol endpoint at a port of the pod. */
  url(port = 8080): string {
    return `http://${this.#host === '::1' ? '[::1]' : this.#host}:${this.port(port)}/mcp`;
  }

  /** Where the pod is reached: on a cluster with IPv6 by that. */
  get #host(): '127.0.0.1' | '::1' {
    const { ipFamilies = [] } = (this.#options.cluster ?? {}) as { ipFamilies?: readonly string[] };
    return ipFamilies.includes('IPv6') ? '::1' : '127.0.0.1';
  }

  machine(container: IContainer): Machine {
    const mounts = (container.volumeMounts ?? []).map(({ mountPath, name }) => [mountPath, this.volume(name)]);
    return {
      paths: Object.fromEntries(mounts),
      ports: this.#ports,
      secrets: this.#options.secrets ?? {},
      host: this.#host,
    };
  }

  #run(container: IContainer): Running {
    const { args, env } = translate(container, this.machine(container));
    if (container.name === 'bearer-proxy') return this.#runProxy(args, env);
    const home = join(this.folder, 'home');
    const image = { HOME: home, HF_HOME: madeModel(), TMPDIR: this.volume('tmp') };
    return new Running(this.#programs.memoryMcp, args, { ...image, ...env, ...this.#options.env }, home);
  }

  #runProxy(args: readonly string[], env: Readonly<Record<string, string>>): Running {
    const { haproxy } = this.#programs;
    if (!haproxy) throw new Error('the plan has a proxy, and the test brought none');
    const [name, ...rest] = args;
    // The image's entrypoint takes this word for the program to run.
    if (name !== 'haproxy') throw new Error(`the image would run ${name}`);
    return new Running(haproxy.path, rest, { ...haproxy.env, ...proxyPlaces(this.#ports), ...env });
  }

  #writeConfigMap({ configMap, name: volume }: IVolume): void {
    const name = configMap?.name;
    if (name === undefined) return;
    const given = this.#options.configMaps?.[name];
    for (const { key, path } of (given && configMap?.items) ?? []) {
      writeFileSync(join(this.volume(volume), path), given?.[key] ?? '');
    }
    if (given || configMap?.optional) return;
    const map = Object.values(this.plan.objects)
      .map(({ object }) => object as { kind: string; metadata: { name: string }; data?: Record<string, string> })
      .find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
    if (!map) throw new Error(`the plan mounts the ConfigMap ${name}, which it does not describe`);
    const machine = this.machine(this.container());
    for (const [file, content] of Object.entries(map.data ?? {})) {
      writeFileSync(join(this.volume(volume), file), localText(content, machine));
    }
  }
}

/** Where the proxy listens and forwards to, by the ports of the pod. */
export function proxyPlaces(ports: Readonly<Record<number, number>>): Record<string, string> {
  return {
    PROXY_ADDRESS: '127.0.0.1',
    PROXY_GUARDED_PORT: String(localPort(ports, proxyPorts.guarded)),
    PROXY_HEALTH_PORT: String(localPort(ports, proxyPorts.health)),
    PROXY_UPSTREAM: `127.0.0.1:${localPort(ports, 8080)}`,
  };
}
