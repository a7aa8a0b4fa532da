import type { NamedCluster } from '../../system';
import type { Described } from '../../system/described';
import { application } from '../objects/application';
import { imageUpdater } from '../objects/image-updater';
import { mirrored } from './pods/mirror';

export interface DeliveryArgs {
  /** Name of the system, of its overlay's folder and of its Application. */
  readonly name: string;
  /** Labels of the Application. What it selects by must not select it: never those that a sync tracks by. */
  readonly labels: Readonly<Record<string, string>>;
  readonly namespace: string;
  /** Folder that the Application syncs. @default the folder of the system below the stack's overlay */
  readonly path?: string | undefined;
  /** Key of the stack file that names this folder, where it was named. */
  readonly pathKey?: readonly PropertyKey[] | undefined;
  /** Objects that are there before Argo CD is told to sync. */
  readonly after: readonly string[];
  /**
   * Image whose new patch versions may be followed where the cluster does that. Only of a system without Jobs of that
   * image: it would change the image of a Job under the same name, which the API server refuses.
   * @default none is followed
   */
  readonly followedImage?: string;
}

/** Folder of a stack's overlay in its repository, which names the folders of all systems. */
export function overlayFolder({ argocd, name }: NamedCluster): string {
  return argocd?.path ?? `deploy/k8s/overlays/${name}`;
}

/** What makes Argo CD sync a system; nothing where it is not on the cluster. */
export function delivery(args: DeliveryArgs, cluster: NamedCluster): Record<string, Described> {
  const { argocd } = cluster;
  if (!argocd) return {};
  const { after, followedImage, labels, name, namespace, pathKey } = args;
  const applicationArgs = { name, labels, argocd, path: args.path ?? `${overlayFolder(cluster)}/${name}`, namespace };
  return {
    application: { ...application(applicationArgs), after, ...(pathKey ? { namedBy: pathKey } : {}) },
    ...(argocd.imageUpdater && followedImage !== undefined
      ? {
          imageUpdater: {
            ...imageUpdater(applicationArgs, mirrored(followedImage, cluster.pods)),
            after: ['application'],
          },
        }
      : {}),
  };
}
