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
