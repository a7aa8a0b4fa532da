import type { ClusterFacts } from '../../../config/cluster';
import type { Described, DescribedObjects } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';

type ArgoCd = NonNullable<ClusterFacts['argocd']>;

const syncOptions = 'argocd.argoproj.io/sync-options';
const syncWave = 'argocd.argoproj.io/sync-wave';

/**
 * Keeps Argo CD from pruning or deleting an object, whatever happens to its Application. On clusters without Argo CD it
 * says nothing to anybody.
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export const keptByArgoCd = { [syncOptions]: 'Prune=false,Delete=false' } as const;

export interface ApplicationArgs {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly argocd: ArgoCd;
  /** Folder of the system's overlay in the repository. */
  readonly path: string;
  /** Namespace of the system. */
  readonly namespace: string;
}

/** The Argo CD Application that syncs, or only watches, the overlay of one system. */
export function application(args: ApplicationArgs): Described<'Application'> {
  const { argocd } = args;
  return {
    deliveredBy: 'pulumi',
    object: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: args.name, namespace: argocd.namespace, labels: args.labels },
      spec: {
        project: argocd.project,
        source: { repoURL: argocd.repoUrl, targetRevision: argocd.revision, path: args.path },
        destination: { server: argocd.server, namespace: args.namespace },
        // Without automated sync the Application reports differences and changes nothing.
        ...(argocd.mode === 'observe' ? {} : { syncPolicy: { automated: { prune: true, selfHeal: true } } }),
      },
    },
  };
}

/**
 * Follows new patch versions of an image by commits to the overlay's kustomization.
 * @see https://argocd-image-updater.readthedocs.io/en/stable/configuration/applications/
 */
export function imageUpdater(args: ApplicationArgs, image: string): Described<'ImageUpdater'> {
  const [reference = ''] = image.split('@');
  const separator = reference.lastIndexOf(':');
  const [name, tag] = [reference.slice(0, separator), reference.slice(separator + 1)];
  return {
    deliveredBy: 'pulumi',
    object: {
      apiVersion: 'argocd-image-updater.argoproj.io/v1alpha1',
      kind: 'ImageUpdater',
      metadata: { name: args.name, namespace: args.argocd.namespace, labels: args.labels },
      spec: {
        commonUpdateSettings: { updateStrategy: 'semver' },
        writeBackConfig: {
          method: 'git',
          gitConfig: { branch: args.argocd.revision, writeBackTarget: 'kustomization' },
        },
        applicationRefs: [
          {
            namePattern: args.name,
            images: [
              {
                alias: args.name,
                imageName: `${name}:~${tag}`,
                manifestTargets: { kustomize: { name } },
              },
            ],
          },
        ],
      },
    },
  };
}

/**
 * The order of creation as sync waves, so that Argo CD keeps to it as the engine does by its dependencies. Without
 * Argo CD nothing is added.
 */
export function withSyncWaves<O extends DescribedObjects>(objects: O, cluster: ClusterFacts): O {
  if (!cluster.argocd) return objects;
  const wave = (key: string): number => {
    const described = objects[key];
    if (!described || key === 'namespace') return 0;
    return 1 + Math.max(0, ...(described.after ?? []).filter((other) => objects[other]).map(wave));
  };
  return Object.fromEntries(
    Object.entries(objects).map(([key, described]) => [
      key,
      described.deliveredBy === 'pulumi' ? described : { ...described, object: inWave(described.object, wave(key)) },
    ]),
  ) as O;
}

function inWave(object: PlannedObject, wave: number): PlannedObject {
  const metadata: ObjectMeta = {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [syncWave]: String(wave) },
  };
  return { ...object, metadata };
}
