import type { IContainer, IEnvVar, IPodSpec } from 'kubernetes-models/v1';

/** What a container of a plan is translated with, so that it runs as a process on this machine. */
export interface Machine {
  /** Folders of this machine by the paths at which the containers find them. */
  readonly paths: Readonly<Record<string, string>>;
  /** Ports of this machine by the ports of the pod. */
  readonly ports: Readonly<Record<number, number>>;
  /** Values of Secrets, by `name/key`. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Loopback address that stands for every address of the pod. @default 127.0.0.1 */
  readonly host?: '127.0.0.1' | '::1';
}

/** A container as a process gets it. */
export interface Translated {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The container of a pod by its name.
 *
 * @throws Error where the plan has no such container
 */
export function containerOf(pod: IPodSpec | undefined, name: string): IContainer {
  const container = pod?.containers.find((candidate) => candidate.name === name);
  if (!container) throw new Error(`the pod has no container ${name}`);
  return container;
}

/**
 * Exactly what the kubelet would hand to a container, save that paths lead to folders of this machine, ports are free
 * ones, and nothing listens on more than the loopback address.
 *
 * @throws Error where a Secret is missing that is not optional, as the kubelet refuses such a container
 */
export function translate(container: IContainer, machine: Machine): Translated {
  const local = (text: string) => localText(text, machine);
  const env = Object.fromEntries(
    (container.env ?? []).flatMap((variable) => environmentEntry(variable, machine, local)),
  );
  const word = (text: string) => expanded(local(text), env);
  return { command: (container.command ?? []).map(word), args: (container.args ?? []).map(word), env };
}

/**
 * A word of a command as Kubernetes hands it on: one dollar for two, and values for the names of variables that there are.
 * @see https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
 */
function expanded(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, what: string, name: string) =>
    what === '$' ? '$' : (env[name] ?? whole),
  );
}

/** Rewrites the paths, and the address that a server binds to. Works on a single value as on a whole file. */
export function localText(text: string, { host = '127.0.0.1', paths, ports }: Machine): string {
  // In one pass: a folder of this machine may itself begin like a path of the container.
  const known = Object.keys(paths).sort((a, b) => b.length - a.length);
  const path = new RegExp(`(?<![^\\s"'=])(${known.join('|')})(?=/|$|["'\\s])`, 'g');
  const moved = known.length === 0 ? text : text.replace(path, (found) => paths[found] ?? found);
  if (moved === '::') return host;
  const address = /^(0\.0\.0\.0|127\.0\.0\.1|\[::\]):(\d+)$/;
  return moved.replace(address, (_, bound: string, port: string) => {
    const local = bound === '127.0.0.1' ? bound : host.replace(/^(.*:.*)$/, '[$1]');
    return `${local}:${localPort(ports, Number(port))}`;
  });
}

export function localPort(ports: Machine['ports'], port: number): number {
  const found = ports[port];
  if (found === undefined) throw new Error(`port ${port} of the pod is not mapped`);
  return found;
}

function environmentEntry(
  variable: IEnvVar,
  { secrets }: Machine,
  local: (text: string) => string,
): [string, string][] {
  const { name, value, valueFrom } = variable;
  if (!valueFrom) return [[name, local(value ?? '')]];
  const reference = valueFrom.secretKeyRef;
  if (!reference) throw new Error(`${name} comes from where this harness cannot look: ${JSON.stringify(valueFrom)}`);
  const secret = secrets[`${reference.name}/${reference.key}`];
  if (secret !== undefined) return [[name, secret]];
  if (reference.optional) return [];
  throw new Error(`CreateContainerConfigError: secret "${reference.name}" has no key "${reference.key}"`);
}
