import type { ClusterFacts } from '../../../config/cluster';
import { type Api, get } from '../../cluster/api';
import type { LiveObject } from '../../live/object';
import type { Finding } from '../../report/report';

const release = 'meta.helm.sh/release-name';
const releaseNamespace = 'meta.helm.sh/release-namespace';
const trackingId = 'argocd.argoproj.io/tracking-id';
const trackingLabel = 'app.kubernetes.io/instance';

interface Application {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly syncPolicy?: { readonly automated?: { readonly prune?: boolean; readonly selfHeal?: boolean } };
  };
}

/**
 * Who else would go on writing or deleting these objects: Helm releases and Argo CD Applications.
 *
 * @param own names of Applications that the plan has
 */
export async function installers(
  api: Api,
  cluster: ClusterFacts,
  objects: readonly LiveObject[],
  own: readonly string[],
): Promise<Finding[]> {
  const findings = helmReleases(objects);
  const applications = await applicationsOf(api, objects);
  return [...findings, ...applications.map((each) => applicationFinding(each, cluster, own))];
}

function helmReleases(objects: readonly LiveObject[]): Finding[] {
  const releases = new Map<string, string>();
  for (const { metadata } of objects) {
    const name = metadata.annotations?.[release];
    if (name) releases.set(name, metadata.annotations?.[releaseNamespace] ?? metadata.namespace ?? 'default');
  }
  return [...releases].map(([name, namespace]) => ({
    subject: `Helm release ${namespace}/${name}`,
    status: 'warning',
    found: 'still knows these objects: `helm uninstall` would delete them, the volume too',
    remedy:
      `after the adoption let Helm forget it, which deletes nothing else: kubectl delete secret --namespace ${namespace} ` +
      `--selector owner=helm,name=${name}; do not run helm for it before or after`,
  }));
}

/** Applications that track one of the objects, by the annotation, or by the label where one of that name exists. */
async function applicationsOf(api: Api, objects: readonly LiveObject[]): Promise<Application[]> {
  const list = await get<{ items: Application[] }>(api, '/apis/argoproj.io/v1alpha1/applications');
  const names = new Set(
    objects.flatMap(({ metadata: { annotations, labels } }) => [
      // `<namespace>_<name>:<object>` where Applications live in several namespaces, else `<name>:<object>`.
      annotations?.[trackingId]?.split(':')[0]?.split('_').at(-1),
      labels?.[trackingLabel],
    ]),
  );
  return (list?.items ?? []).filter(({ metadata }) => names.has(metadata.name));
}

function applicationFinding(
  { metadata, spec }: Application,
  { argocd }: ClusterFacts,
  own: readonly string[],
): Finding {
  const subject = `Application ${metadata.namespace}/${metadata.name}`;
  const { prune = false, selfHeal = false } = spec.syncPolicy?.automated ?? {};
  if (argocd !== undefined && argocd.namespace === metadata.namespace && own.includes(metadata.name)) {
    return { subject, status: 'ok', found: `the plan's own, mode ${argocd.mode}` };
  }
  if (prune || selfHeal) {
    return {
      subject,
      status: 'failed',
      found: `writes these objects, with ${[prune ? 'prune' : '', selfHeal ? 'self-heal' : ''].filter(Boolean).join(' and ')}`,
      remedy:
        'choose who writes first: set cluster.argocd (mode shared or argocd) in the stack file and name its Application alike, ' +
        'or end it without losing its objects: argocd app delete --cascade=false',
    };
  }
  return {
    subject,
    status: 'warning',
    found: 'tracks these objects and does not sync by itself',
    remedy: `end it without losing its objects: argocd app delete ${metadata.name} --cascade=false`,
  };
}
