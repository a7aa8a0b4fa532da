import { issuerOf } from './kit/objects/certificate';
import { templateOf } from './kit/objects/pod-template';
import { type Reference, referencesOf } from './kit/objects/references';
import { remarked } from './kit/parts/bringing';
import { broughtCertificate, broughtPullSecret } from './kit/parts/brought';
import type { Plan, SystemPlan } from './system';
import type { Brought } from './system/brought';
import type { DescribedObjects } from './system/described';

/** Something that a stack counts on and that somebody else brings. */
export interface Need extends Omit<Brought, 'command'> {
  /** Id of the system that counts on it. */
  readonly system: string;
  readonly namespace: string;
  /** Command lines for a shell, one after the other. */
  readonly command: string;
}

/** Everything that a stack counts on and that its plan does not make, each with the command by which it is brought. */
export function needsOf({ systems }: Plan, stack: string): Need[] {
  return systems.flatMap((system) =>
    [...pullSecretsOf(system), ...(system.operations.brought ?? []), ...certificatesOf(system)].map(
      ({ command, ...rest }) => ({
        ...rest,
        system: system.id,
        namespace: system.namespace,
        command: remarked([command(stack), ...restart(system, rest)].join(' && '), rest.remark),
      }),
    ),
  );
}

/** What the outputs of a stack say about it: each thing, and how it is brought. */
export function needsInWords(needs: readonly Need[]): Record<string, string> {
  return Object.fromEntries(needs.map((need) => [titleOf(need), need.command]));
}

/** What it is, and the object where it is one. */
export function titleOf({ kind, name, namespace, what }: Need): string {
  return kind === 'upload' ? what : `${what}: ${kind} ${namespace}/${name}`;
}

/** Logins of the registries that images are pulled from. */
function pullSecretsOf({ id, namespace, objects }: SystemPlan): Brought[] {
  const names = podsOf(objects).flatMap(({ pod }) => (pod.imagePullSecrets ?? []).flatMap(({ name }) => name ?? []));
  return [...new Set(names)].map((name) => broughtPullSecret(id, namespace, name));
}

function podsOf(objects: DescribedObjects) {
  return Object.values(objects).flatMap(({ object }) => {
    const pod = templateOf(object)?.spec;
    return pod ? [{ object, pod }] : [];
  });
}

/** Certificates of Ingresses that no issuer makes. */
function certificatesOf({ id, namespace, objects }: SystemPlan): Brought[] {
  const names = Object.values(objects).flatMap(({ object }) =>
    object.kind === 'Ingress' && !issuerOf(object)
      ? (object.spec?.tls ?? []).flatMap(({ secretName }) => secretName ?? [])
      : [],
  );
  return [...new Set(names)].map((name) => broughtCertificate(id, namespace, name));
}

/**
 * A process reads its environment when it starts. What starts without a variable starts anew to get it; a login does that
 * itself, and what waits for the Secret has not started yet.
 */
function restart({ namespace, objects }: SystemPlan, { by, keys, kind, name }: Omit<Brought, 'command'>): string[] {
  if (kind !== 'Secret' || by === 'login') return [];
  const brought = keys.flat();
  const started = (each: Reference) =>
    each.name === name &&
    each.optional &&
    each.by === 'environment' &&
    (brought.length === 0 || each.keys.length === 0 || each.keys.some((key) => brought.includes(key)));
  const workloads = podsOf(objects).flatMap(({ object, pod }) => {
    const runs = object.kind === 'Deployment' || object.kind === 'StatefulSet';
    const without = runs && referencesOf(pod).some(started);
    return without ? [`${object.kind.toLowerCase()}/${object.metadata.name}`] : [];
  });
  return workloads.length > 0 ? [`kubectl -n ${namespace} rollout restart ${workloads.join(' ')}`] : [];
}
