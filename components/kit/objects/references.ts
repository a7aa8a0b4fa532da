import type { IPodSpec } from 'kubernetes-models/v1';
import { containersOf } from './pod-template';

/** Something of its namespace that a pod names and does not make. */
export interface Reference {
  readonly kind: 'ConfigMap' | 'PersistentVolumeClaim' | 'Secret';
  readonly name: string;
  /** Entries that it must have; empty where the whole is taken. */
  readonly keys: readonly string[];
  /** Whether the pod starts without it. */
  readonly optional: boolean;
  /** How it is taken: only what is mounted reaches a pod that runs already. */
  readonly by: 'environment' | 'image pull' | 'volume';
}

/** Everything that a pod names: what a kubelet looks up before it starts the containers. */
export function referencesOf(pod: IPodSpec): Reference[] {
  return [...ofVolumes(pod), ...ofEnvironments(pod), ...ofImages(pod)];
}

function ofImages({ imagePullSecrets = [] }: IPodSpec): Reference[] {
  return imagePullSecrets.flatMap(({ name }) =>
    // A kubelet pulls without a Secret that is not there; what asks for a login then refuses it.
    name
      ? [{ kind: 'Secret' as const, name, keys: ['.dockerconfigjson'], optional: false, by: 'image pull' as const }]
      : [],
  );
}

function ofEnvironments(pod: IPodSpec): Reference[] {
  const by = 'environment';
  return containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
    ...env.flatMap(({ valueFrom }) => [
      ...named('Secret', valueFrom?.secretKeyRef, by),
      ...named('ConfigMap', valueFrom?.configMapKeyRef, by),
    ]),
    ...envFrom.flatMap(({ configMapRef, secretRef }) => [
      ...named('Secret', secretRef, by),
      ...named('ConfigMap', configMapRef, by),
    ]),
  ]);
}

function ofVolumes({ volumes = [] }: IPodSpec): Reference[] {
  const by = 'volume';
  return volumes.flatMap(({ configMap, persistentVolumeClaim, projected, secret }): Reference[] => [
    ...named('Secret', secret && { ...secret, name: secret.secretName }, by),
    ...named('ConfigMap', configMap, by),
    ...named('PersistentVolumeClaim', persistentVolumeClaim && { name: persistentVolumeClaim.claimName }, by),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...named('Secret', source.secret, by),
      ...named('ConfigMap', source.configMap, by),
    ]),
  ]);
}

interface Selector {
  readonly name?: string | undefined;
  readonly key?: string;
  readonly items?: readonly { readonly key: string }[];
  readonly optional?: boolean;
}

function named(kind: Reference['kind'], selector: Selector | undefined, by: Reference['by']): Reference[] {
  if (!selector?.name) return [];
  const { items = [], key, name, optional = false } = selector;
  return [{ kind, name, keys: key ? [key] : items.map((item) => item.key), optional, by }];
}
