/**
 * Keeps Argo CD from pruning or deleting an object, whatever happens to its Application. On clusters without Argo CD it
 * says nothing to anybody.
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export const keptByArgoCd = { 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' } as const;
