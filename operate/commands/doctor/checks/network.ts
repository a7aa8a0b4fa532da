import { describedIn } from '../../../stack/plan-objects';
import { type Answer, type Check, missing, ok, warning } from '../check';

/** A network plugin by its DaemonSet, and what it does with network policies. */
interface Plugin {
  readonly daemonSet: RegExp;
  readonly name: string;
  readonly enforces: 'yes' | 'no' | 'if new' | 'if enabled';
}

const plugins: readonly Plugin[] = [
  { daemonSet: /^(cilium|anetd)$/, name: 'Cilium', enforces: 'yes' },
  { daemonSet: /^(calico-node|canal)$/, name: 'Calico', enforces: 'yes' },
  { daemonSet: /^antrea-agent$/, name: 'Antrea', enforces: 'yes' },
  { daemonSet: /^kube-router$/, name: 'kube-router', enforces: 'yes' },
  { daemonSet: /^weave-net$/, name: 'Weave Net', enforces: 'yes' },
  { daemonSet: /^ovnkube-node/, name: 'OVN-Kubernetes', enforces: 'yes' },
  { daemonSet: /^aws-node$/, name: 'Amazon VPC CNI', enforces: 'if enabled' },
  { daemonSet: /^kindnet$/, name: 'kindnet', enforces: 'if new' },
  { daemonSet: /^kube-flannel/, name: 'Flannel', enforces: 'no' },
];

/** Date in the tag of the first kindnetd that enforces network policies. */
const enforcingKindnet = 20_240_813;

export interface DaemonSet {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { image?: string }[] } } };
}

/** Whether anybody on the cluster enforces network policies: without, they are accepted and do nothing. */
export const network: Check = ({ cluster, look, stack }) => {
  const { plan } = stack;
  const policies = describedIn(plan).filter(({ object }) => object.kind.endsWith('NetworkPolicy'));
  if (policies.length === 0) return [];
  return [
    {
      subject: 'enforcement of network policies',
      answer: async () => {
        const daemonSets = await look.list<DaemonSet>('/apis/apps/v1/daemonsets');
        return enforcement(daemonSets, { language: plan.cluster.networkPolicies, version: cluster.version });
      },
    },
  ];
};

/**
 * Whether policies in a language are enforced.
 * @param version of the API server; k3s brings a policy controller that is no DaemonSet
 */
export function enforcement(
  daemonSets: readonly DaemonSet[],
  { language, version }: { readonly language: 'kubernetes' | 'cilium'; readonly version: string },
): Answer {
  const found = plugins.flatMap((plugin) => {
    const running = daemonSets.find(({ metadata }) => plugin.daemonSet.test(metadata.name));
    return running ? [{ ...plugin, enforces: settled(plugin, running) }] : [];
  });
  const enforcing = found.find(({ enforces }) => enforces === 'yes');
  if (language === 'cilium' && !found.some(({ name }) => name === 'Cilium')) {
    const instead = found.map(({ name }) => name).join(', ') || 'no known network plugin';
    return missing(`${instead}, no Cilium`, 'install Cilium, or set cluster.networkPolicies to kubernetes');
  }
  if (enforcing) return ok(`by ${enforcing.name}`);
  if (/\+(k3s|rke2)/.test(version)) return ok('by the controller inside k3s, unless it was started without');
  const [plugin] = found;
  if (plugin?.enforces === 'no') {
    const remedy = 'add a plugin that enforces them, such as Cilium or Calico: until then every pod reaches the server';
    return missing(`${plugin.name} does not`, remedy);
  }
  if (plugin) return warning(`${plugin.name} does not always`, 'see that its version does, and that it is switched on');
  return warning('no known network plugin was found', 'find out whether yours enforces network policies');
}

function settled({ enforces }: Plugin, { spec }: DaemonSet): Plugin['enforces'] {
  const images = (spec?.template?.spec?.containers ?? []).map(({ image = '' }) => image);
  if (enforces === 'if new') {
    const date = /:v(\d{8})/.exec(images[0] ?? '')?.[1];
    if (date !== undefined) return Number(date) >= enforcingKindnet ? 'yes' : 'no';
  }
  return enforces;
}
