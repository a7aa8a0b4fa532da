import assert from 'node:assert/strict';
import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { describeContextEngine } from '../../../components/context-engine/objects';
import { withPods } from '../../../components/kit/parts/pods';
import { parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { podOf } from '../../../policies/pods';

/** What every description here is made of, unless it says otherwise. */
export const image = 'registry.example.org/context-engine:1';

/** Facts of a cluster that has everything. */
export const facts = {
  storageClass: 'block',
  sharedStorageClass: 'nfs',
  ingress: {},
  gateway: { name: 'public', section: 'https', implementation: 'envoy-gateway', proxies: { namespace: 'gateways' } },
} as const;

/** A Context Engine with these settings on a cluster with these facts. */
export function described(settings: object = {}, cluster: object = facts, secrets: object = {}): SystemPlan {
  const config = parseStack({ cluster, contextEngine: { image, ...settings }, ...secrets }, 'test');
  assert.ok(config.contextEngine);
  return withPods(describeContextEngine(config.contextEngine, config.cluster), config.cluster);
}

/** Objects as `Kind/name`, in their order. */
export function names({ objects }: SystemPlan, ...kinds: string[]): string[] {
  return Object.values(objects)
    .map(({ object }) => object)
    .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
}

/** The object of a kind and name. @throws Error where there is none */
export function find<T = unknown>(plan: SystemPlan, kind: string, name: string | RegExp): T {
  const found = Object.values(plan.objects).find(
    ({ object }) =>
      object.kind === kind &&
      (typeof name === 'string' ? object.metadata.name === name : name.test(object.metadata.name)),
  );
  assert.ok(found, `${kind} ${name} is not described; there are ${names(plan, kind).join(', ')}`);
  return found.object as T;
}

/** The pod of a workload. */
export function pod(plan: SystemPlan, kind: string, name: string | RegExp): IPodSpec {
  const spec = podOf(find(plan, kind, name));
  assert.ok(spec);
  return spec;
}

/** A container of a pod, those that run before the others included. */
export function container({ containers, initContainers = [] }: IPodSpec, name: string): IContainer {
  const found = [...initContainers, ...containers].find((each) => each.name === name);
  assert.ok(found, `there is no container ${name}`);
  return found;
}

/** The command of a container, behind what takes line breaks off its secrets. */
export function ownCommand({ command = [] }: IContainer): readonly string[] {
  return command[3] === 'start' ? command.slice(command.indexOf('--') + 1) : command;
}

/** The environment of a container, values and references alike. */
export function environmentOf({ env = [] }: IContainer): Record<string, unknown> {
  return Object.fromEntries(env.map(({ name, value, valueFrom }) => [name, value ?? valueFrom]));
}

/** What makes the pods of a Deployment start anew. */
export function templateOf(plan: SystemPlan, name: string): unknown {
  return find<IDeployment>(plan, 'Deployment', name).spec?.template;
}
