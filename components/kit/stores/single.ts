import type { IPodSpec } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';
import type { Labels } from '../../system/flow';
import type { ObjectMeta } from '../../system/planned-object';
import type { SystemLabels } from '../objects/labels';
import { dataVolume } from '../objects/persistent-volume-claim';
import { imagesOf } from '../objects/pod';
import { clusterIpService, headlessService, type ServicePort } from '../objects/service';
import { statefulSet } from '../objects/stateful-set';
import { unpinnedWaiver } from '../parts/pinning';
import { madeSecret, type SecretSource } from '../parts/secrets';

/** A volume of a store: its claim, its size and its class. */
export interface StoreVolume {
  readonly claimName: string;
  /** Quantity in bytes. */
  readonly size: string;
  /** @default the cluster's default class */
  readonly storageClass?: string | undefined;
}

/** A secret of a store, and the key of the object that brings it about where this program does. */
export interface StoreSecret {
  readonly source: SecretSource;
  readonly key: string;
}

/** What every store that a system brings along is told. */
export interface StoreArgs {
  /** Name of the StatefulSet, of its container and of the Service that clients use; the keys of the objects begin with it. */
  readonly name: string;
  readonly metadata: (name: string, labels: Labels) => ObjectMeta;
  /** Labels by which StatefulSet and Services know the pod. */
  readonly selector: Labels;
  /** Labels of the pod, those of the selector among them. */
  readonly podLabels: Labels;
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly imageUnpinnedReason?: string | undefined;
  readonly serviceAccountName: string;
  /** Where the pod must run, besides. @default anywhere */
  readonly placement?: Pick<IPodSpec, 'affinity'>;
  /** Annotations of the pod beside the store's own, such as those by which logs are collected. @default none */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Keys of further objects that the pod needs. */
  readonly after: readonly string[];
}

/** What the stores of a system have in common, whose namespace is its own: `C` is what a pod is. */
export interface StoresOf<C extends string> {
  readonly namespace: string;
  readonly labels: Pick<SystemLabels<C, never>, 'metadataIn' | 'podLabels' | 'podsOf'>;
  readonly settings: Pick<StoreArgs, 'imagePullSecrets' | 'imageUnpinnedReason'>;
  readonly serviceAccountName: string;
}

/** What each store of such a system is told alike. @param name of the store; @param component what its pod is */
export function storeOf<C extends string>(
  { labels, namespace, serviceAccountName, settings }: StoresOf<C>,
  name: string,
  component: C,
): Omit<StoreArgs, 'image'> {
  return {
    name,
    metadata: (object, selector) => labels.metadataIn(namespace, selector)(object),
    selector: labels.podsOf(component),
    podLabels: labels.podLabels(component, []),
    imagePullSecrets: settings.imagePullSecrets,
    imageUnpinnedReason: settings.imageUnpinnedReason,
    serviceAccountName,
    after: ['serviceAccount'],
  };
}

/** A volume as settings ask for it: of the class of the cluster where they name none. */
export function volumeOn(
  { storageClass }: Pick<ClusterFacts, 'storageClass'>,
  claimName: string,
  volume: Omit<StoreVolume, 'claimName'>,
): StoreVolume {
  return { claimName, size: volume.size, storageClass: volume.storageClass ?? storageClass };
}

/** What a store is made of, besides what it is told. */
export interface SingleStore {
  readonly ports: readonly ServicePort[];
  readonly pod: IPodSpec;
  /** Annotations that start the pod anew when they change. */
  readonly podAnnotations: Readonly<Record<string, string>>;
  /** Labels of the Service that clients use alone. @default none */
  readonly serviceLabels?: Labels;
  /** Keys of the objects that its pod mounts. */
  readonly mounts: readonly string[];
  readonly secrets: readonly (StoreSecret | undefined)[];
}

/** The claim of a store: an object of its own, because one of a template can be neither protected nor grown. */
export function storeVolume(
  { claimName, size, storageClass }: StoreVolume,
  metadata: (name: string) => ObjectMeta,
): Described<'PersistentVolumeClaim'> {
  return dataVolume({ metadata: metadata(claimName), size, storageClass });
}

/** A store of one replica and the Services that lead to it. */
export function singleStore(args: StoreArgs, store: SingleStore): Record<string, Described> {
  const { metadata, name, selector } = args;
  const { ports } = store;
  const workload = statefulSet({
    metadata: metadata(name, selector),
    selector,
    podLabels: args.podLabels,
    podAnnotations: { ...store.podAnnotations, ...args.podAnnotations },
    serviceName: `${name}-headless`,
    pod: store.pod,
  });
  return {
    [`${name}Headless`]: headlessService({ metadata: metadata(`${name}-headless`, selector), selector, ports }),
    [`${name}Service`]: clusterIpService({
      metadata: metadata(name, { ...selector, ...store.serviceLabels }),
      selector,
      ports,
    }),
    [name]: {
      ...workload,
      after: [
        ...[...store.mounts, `${name}Headless`],
        ...store.secrets.flatMap((secret) => (secret ? madeSecret(secret.key, secret.source) : [])),
        ...args.after,
      ],
      waivers: unpinnedWaiver(args.imageUnpinnedReason, ...imagesOf(store.pod)),
    },
  };
}
