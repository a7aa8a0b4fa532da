/** Annotations by which Argo CD is told how to sync an object. On clusters without Argo CD they say nothing to anybody. */
export const syncOptions = 'argocd.argoproj.io/sync-options';
export const syncWave = 'argocd.argoproj.io/sync-wave';

/**
 * Keeps Argo CD from pruning or deleting an object, whatever happens to its Application.
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 */
export const keptByArgoCd = { [syncOptions]: 'Prune=false,Delete=false' } as const;

/**
 * Leaves the health of an object out of that of its Application. A sync does not read it: it waits for the object all the
 * same, where another wave follows.
 * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#ignoring-child-resource-health-check-in-applications
 */
export const healthIgnored = { 'argocd.argoproj.io/ignore-healthcheck': 'true' } as const;
