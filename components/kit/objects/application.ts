import type { ClusterFacts } from '../../../config/cluster';
import type { Described } from '../../system/described';

export interface ApplicationArgs {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly argocd: NonNullable<ClusterFacts['argocd']>;
  /** Folder of the system's overlay in the repository. */
  readonly path: string;
  /** Namespace of the system. */
  readonly namespace: string;
}

/**
 * What Argo CD marks as its own in the objects of an overlay, and never marks on the cluster where it syncs nothing: every
 * object would be reported as different for ever.
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
 */
const marks = ['tracking-id', 'installation-id'].map((name) => `/metadata/annotations/argocd.argoproj.io~1${name}`);
/** Without automated sync the Application reports differences and changes nothing. */
const watched = { ignoreDifferences: [{ group: '*', kind: '*', jsonPointers: marks }] };
const synced = { syncPolicy: { automated: { prune: true, selfHeal: true } } };

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
        ...(argocd.mode === 'observe' ? watched : synced),
      },
    },
  };
}
