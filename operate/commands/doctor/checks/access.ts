import { registeredObjects } from '../../../../components/kit/parts/registered-objects';
import type { PlannedObject } from '../../../../components/system/planned-object';
import { groupOf } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok } from '../check';
import type { ClusterReader, Permission } from '../cluster-reader';

/** What the engine does with an object: look, make it, change it. */
const verbs = ['get', 'create', 'patch'] as const;

/** Whether the user of the kubeconfig may write what the engine registers, one line for each namespace. */
export const access: Check = (examined) => {
  const { plan } = examined.stack;
  const objects = plan.systems.flatMap((system) =>
    Object.values(registeredObjects(system.objects, plan.cluster)).map(({ object }) => object),
  );
  return [...Map.groupBy(objects, ({ metadata }) => metadata.namespace ?? '')].map(([namespace, written]) => ({
    subject: namespace === '' ? 'your rights on the cluster' : `your rights in ${namespace}`,
    answer: () => rights(examined, namespace, written),
  }));
};

async function rights(examined: Examined, namespace: string, objects: readonly PlannedObject[]): Promise<Answer> {
  const kinds = [...new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, object])).values()];
  const denied = await Promise.all(kinds.map((object) => deniedVerbs(examined, namespace, object)));
  const grants = await Promise.all(objects.map((object) => deniedGrants(examined, namespace, object)));
  const faults = [...denied, ...grants].flat();
  const names = kinds.map(({ kind }) => kind).join(', ');
  if (faults.length === 0) return ok(`you may read, create and change ${names}`);
  return missing(`you may not ${faults.join(', ')}`, 'be given these rights by a Role and a RoleBinding');
}

async function deniedVerbs({ look }: Examined, namespace: string, object: PlannedObject): Promise<string[]> {
  const served = (await look.kinds(object.apiVersion)).find(({ kind }) => kind === object.kind);
  // A kind that is not served has a line of its own.
  if (served === undefined) return [];
  const place = served.namespaced ? { namespace } : {};
  const resource = { group: groupOf(object.apiVersion), resource: served.plural, ...place };
  const denied = await deniedOf(
    look,
    verbs.map((verb) => ({ verb, ...resource })),
  );
  return denied.length > 0 ? [`${denied.map(({ verb }) => verb).join(', ')} ${object.kind}`] : [];
}

/** Nobody may give away rights by a Role that they do not have themselves, unless they may escalate. */
async function deniedGrants({ look }: Examined, namespace: string, object: PlannedObject): Promise<string[]> {
  if (object.kind !== 'Role') return [];
  const group = groupOf(object.apiVersion);
  if (await look.may({ verb: 'escalate', group, resource: 'roles', namespace })) return [];
  const granted = (object.rules ?? []).flatMap(
    ({ apiGroups = [], resources = [], resourceNames = [undefined], verbs: given }) =>
      apiGroups.flatMap((each) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) =>
            given.map((verb): Permission => ({ verb, group: each, resource, namespace, ...(name ? { name } : {}) })),
          ),
        ),
      ),
  );
  const denied = await deniedOf(look, granted);
  return denied.map(
    ({ verb, resource, name }) => `${verb} ${resource}${name ? ` ${name}` : ''} (to grant it by a Role)`,
  );
}

async function deniedOf(look: ClusterReader, wanted: readonly Permission[]): Promise<readonly Permission[]> {
  const answers = await Promise.all(wanted.map((each) => look.may(each)));
  return wanted.filter((_, index) => answers[index] === false);
}
