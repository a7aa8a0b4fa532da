import { describedIn, groupOf } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok } from '../check';

/** What installs the kinds of a group. */
const installers: Readonly<Record<string, string>> = {
  'argocd-image-updater.argoproj.io': 'Argo CD Image Updater, version 1 or newer',
  'argoproj.io': 'Argo CD',
  'autoscaling.k8s.io': 'the Vertical Pod Autoscaler',
  'bitnami.com': 'the controller of Sealed Secrets',
  'cert-manager.io': 'cert-manager',
  'certmanager.step.sm': 'step-issuer of Smallstep',
  'cilium.io': 'Cilium',
  'external-secrets.io': 'the External Secrets operator',
  'gateway.envoyproxy.io': 'Envoy Gateway',
  'gateway.networking.k8s.io': 'the definitions of the Gateway API (standard channel)',
  'monitoring.coreos.com': 'the Prometheus operator',
  'snapshot.storage.k8s.io': 'the snapshot controller',
  'traefik.io': 'Traefik 3, with its own definitions',
};

/** Every kind of the plan must be served in the version in which the plan has it. */
export const kinds: Check = (examined) =>
  wantedKinds(examined).map(({ apiVersion, kind }) => ({
    subject: `kind ${kind}`,
    answer: async () => {
      const served = await examined.look.kinds(apiVersion);
      if (served.some((each) => each.kind === kind)) return ok(`served as ${apiVersion}`);
      const group = groupOf(apiVersion);
      const versions = await otherVersions(examined, group);
      const installer = installers[group] ?? `what serves ${group || 'it'}`;
      return versions.length > 0
        ? missing(`not served as ${apiVersion}, only ${versions.join(', ')}`, `upgrade ${installer}`)
        : (ownChart(examined, group) ?? missing(`${apiVersion} is not served`, `install ${installer}`));
    },
  }));

/** A chart of the stack that brings a group along is no reason to wait for somebody else. */
function ownChart({ stack }: Examined, group: string): Answer | undefined {
  const own = stack.plan.systems.flatMap(({ charts = [] }) => charts).find(({ groups }) => groups.includes(group));
  return own && ok(`not served yet: \`up\` installs ${own.chart} ${own.version}`);
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Kinds that come with every cluster are not worth a line. */
function wantedKinds({ stack }: Examined): readonly Kind[] {
  const { plan } = stack;
  const language: Kind[] =
    plan.cluster.networkPolicies === 'cilium' ? [{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy' }] : [];
  const all = [...describedIn(plan).map(({ object }) => object), ...language].filter(
    ({ apiVersion }) => !isBuiltIn(apiVersion),
  );
  return [...new Map(all.map((each) => [`${each.apiVersion}/${each.kind}`, each])).values()];
}

/** Kubernetes' own groups have no dot, or end in this one; the Gateway API's do too, and are installed. */
function isBuiltIn(apiVersion: string): boolean {
  const group = groupOf(apiVersion);
  return !group.includes('.') || (group.endsWith('.k8s.io') && installers[group] === undefined);
}

async function otherVersions({ look }: Examined, group: string): Promise<readonly string[]> {
  const found = await look.at<{ versions: readonly { version: string }[] }>(`/apis/${group}`);
  return (found?.versions ?? []).map(({ version }) => version);
}
