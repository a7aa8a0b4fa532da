import type { PlannedObject } from '../../../../components/system/planned-object';
import { podOf } from '../../../../policies/pods';
import { describedIn, objectsOf } from '../../../stack/plan-objects';
import { type Answer, missing, ok } from '../check';
import type { Permission, ServiceAccount } from '../cluster-reader';
import { type Inspected, notAsked, shortened } from './point';

/** What takes a cluster over, or reads what others keep: asked for in the account's own namespace and everywhere. */
const powers: readonly Omit<Permission, 'namespace'>[] = [
  { verb: '*', group: '*', resource: '*' },
  { verb: 'get', group: '', resource: 'secrets' },
  { verb: 'list', group: '', resource: 'secrets' },
  { verb: 'get', group: '', resource: 'configmaps' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods/exec' },
  { verb: 'create', group: '', resource: 'serviceaccounts/token' },
  { verb: 'delete', group: '', resource: 'persistentvolumeclaims' },
  { verb: 'create', group: 'apps', resource: 'deployments' },
  { verb: 'patch', group: 'apps', resource: 'deployments' },
  { verb: 'create', group: 'batch', resource: 'jobs' },
  { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'rolebindings' },
  { verb: 'impersonate', group: '', resource: 'users' },
];

/** Whether the accounts of the pods may do what no Role of the plan gives them. */
export async function accountsAnswer({ look, stack }: Inspected): Promise<Answer> {
  const accounts = accountsOf(stack.plan);
  if (accounts.length === 0) return notAsked('no pod of the plan has an account');
  const roles = objectsOf(stack.plan, 'Role');
  const found = await Promise.all(
    accounts.flatMap((account) =>
      // An empty namespace is every one of them.
      [account.namespace, ''].flatMap((namespace) =>
        powers.map(async (power) => {
          if (namespace !== '' && roles.some((role) => grants(role, namespace, power))) return [];
          const { group, resource, verb } = power;
          // `pods/exec` is a resource and its part, of which a review is told apart.
          const [kind = '', part] = resource.split('/');
          const may = await look.may(
            { verb, group, resource: kind, namespace, ...(part ? { subresource: part } : {}) },
            account,
          );
          return may
            ? [
                {
                  account,
                  words: `${account.namespace}/${account.name}: ${verb} ${resource}${namespace === '' ? ' everywhere' : ''}`,
                },
              ]
            : [];
        }),
      ),
    ),
  );
  const words = found.flat().map((each) => each.words);
  if (words.length === 0) {
    const names = accounts.map(({ name, namespace }) => `${namespace}/${name}`);
    return ok(`${shortened(names)}: none of ${powers.length} powers beyond the Roles of the plan`);
  }
  return missing(
    shortened(words),
    'take the RoleBinding or ClusterRoleBinding away: kubectl get rolebindings,clusterrolebindings -A -o wide',
  );
}

function accountsOf(plan: Inspected['stack']['plan']): ServiceAccount[] {
  const used = describedIn(plan).flatMap(({ object }) => {
    const pod = podOf(object);
    return pod ? [{ name: pod.serviceAccountName ?? 'default', namespace: object.metadata.namespace ?? '' }] : [];
  });
  return [...new Map(used.map((each) => [`${each.namespace}/${each.name}`, each])).values()];
}

function grants(
  { metadata, rules }: PlannedObject<'Role'>,
  namespace: string,
  power: Omit<Permission, 'namespace'>,
): boolean {
  return (
    metadata.namespace === namespace &&
    (rules ?? []).some(
      ({ apiGroups = [], resources = [], verbs }) =>
        verbs.includes(power.verb) && apiGroups.includes(power.group) && resources.includes(power.resource),
    )
  );
}
