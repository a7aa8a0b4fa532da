import type { PlannedObject } from '../../../../components/system/planned-object';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, type Question, warning } from '../check';
import { type Listener, objections, plainTextObjection, type WantedRoute } from '../gateway-listener';

type Route = PlannedObject<'HTTPRoute'>;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

interface Gateway {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly gatewayClassName: string; readonly listeners: readonly Listener[] };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly listeners?: readonly { readonly name: string; readonly conditions?: readonly Condition[] }[];
  };
}

const api = '/apis/gateway.networking.k8s.io/v1';

/** Each Gateway that routes attach to, and the listener of it that must admit each route. */
export const gateway: Check = (examined) => {
  const routes = routesOf(examined);
  const asked = new Set<string>();
  return routes.flatMap(({ guarded, route }) =>
    (route.spec.parentRefs ?? []).flatMap(({ name, namespace = namespaceOf(route), sectionName }): Question[] => {
      const live = () => examined.look.at<Gateway>(`${api}/namespaces/${namespace}/gateways/${name}`);
      const subject = `Gateway ${namespace}/${name}`;
      const isNew = !asked.has(subject);
      asked.add(subject);
      const which = routes.length > 1 ? ` for HTTPRoute ${route.metadata.name}` : '';
      return [
        ...(isNew ? [{ subject, answer: () => gatewayAnswer(examined, live, name) }] : []),
        {
          subject: `listener ${sectionName ?? '(any)'} of Gateway ${name}${which}`,
          answer: () => listenerAnswer(examined, live, { route, guarded, namespace, section: sectionName }),
        },
      ];
    }),
  );
};

/** Every route, and whether what its clients show is a secret. */
function routesOf({ stack }: Examined): { readonly route: Route; readonly guarded: boolean }[] {
  return stack.plan.systems.flatMap(({ objects, operations: { servers } }) => {
    const guarded = servers.some(({ access }) => access.mode !== 'none');
    return Object.values(objects).flatMap(({ object }) =>
      object.kind === 'HTTPRoute' ? [{ route: object, guarded }] : [],
    );
  });
}

/** A route, and what it attaches to. */
interface Attachment {
  readonly route: Route;
  readonly guarded: boolean;
  /** Namespace of the Gateway. */
  readonly namespace: string;
  readonly section: string | undefined;
}

type Live = () => Promise<Gateway | undefined>;

async function gatewayAnswer({ look }: Examined, live: Live, name: string): Promise<Answer> {
  const found = await live();
  if (found === undefined) {
    const all = await look.list<Gateway>(`${api}/gateways`).catch(() => []);
    const others = all.filter(({ metadata }) => metadata.name === name).map(({ metadata }) => metadata.namespace);
    return others.length > 0
      ? missing(
          `there is none; one of that name is in ${others.join(', ')}`,
          `set cluster.gateway.namespace to ${others[0]}`,
        )
      : missing('there is none', 'create it, or correct name and namespace in cluster.gateway');
  }
  const programmed = conditionOf(found.status?.conditions, 'Programmed');
  const theClass = found.spec.gatewayClassName;
  if (programmed?.status === 'True') return ok(`of class ${theClass}, programmed`);
  const reason = programmed?.message ? `: ${programmed.message}` : '';
  return missing(`of class ${theClass}, not programmed${reason}`, `see that the controller of class ${theClass} runs`);
}

async function listenerAnswer(
  { look, stack }: Examined,
  live: Live,
  { guarded, namespace: gatewayNamespace, route, section }: Attachment,
): Promise<Answer> {
  const found = await live();
  if (found === undefined) return missing('there is no Gateway to have it', 'see the Gateway');
  const listeners = found.spec.listeners.filter(({ name }) => section === undefined || name === section);
  if (listeners.length === 0) {
    const names = found.spec.listeners.map(({ name }) => name).join(', ');
    return missing(`there is none; the Gateway has ${names}`, `set cluster.gateway.section to one of: ${names}`);
  }
  const namespace = namespaceOf(route);
  const there = await look.at<{ metadata: { labels?: Record<string, string> } }>(`/api/v1/namespaces/${namespace}`);
  const planned = objectsOf(stack.plan, 'Namespace').find(({ metadata }) => metadata.name === namespace);
  const wanted: WantedRoute = {
    hostnames: route.spec.hostnames ?? [],
    namespace,
    gatewayNamespace,
    labels: { ...there?.metadata.labels, ...planned?.metadata.labels, 'kubernetes.io/metadata.name': namespace },
  };
  const against = listeners.map((listener) => ({ listener, faults: objections(listener, wanted) }));
  const admitting = against.filter(({ faults }) => faults.length === 0).map(({ listener }) => listener);
  const [first] = admitting;
  if (first === undefined) {
    const faults = against.flatMap((each) => each.faults.map((fault) => `${each.listener.name}: ${fault}`));
    return missing(faults.join('; '), 'change the listener (allowedRoutes, hostname), or the stack file');
  }
  const plain = guarded ? plainTextObjection(admitting) : undefined;
  if (plain !== undefined) {
    return missing(
      `${plain}, and tokens could be read on the way`,
      'name the listener with HTTPS by cluster.gateway.section',
    );
  }
  const portOfUrls = stack.plan.cluster.gateway?.port;
  const answer = conditionAnswer(found, first, wanted);
  if (answer.status !== 'ok' || first.port === undefined || first.port === portOfUrls) return answer;
  return warning(
    `${answer.found}, at port ${first.port}; the URLs that clients are given have ${portOfUrls}`,
    'set cluster.gateway.port, unless something before the Gateway leads there',
  );
}

function conditionAnswer(found: Gateway, { name }: Listener, { hostnames, namespace }: WantedRoute): Answer {
  const conditions = found.status?.listeners?.find((each) => each.name === name)?.conditions;
  const admits = `${name} admits ${hostnames.join(', ') || 'any host name'} from ${namespace}`;
  const bad = ['Programmed', 'ResolvedRefs', 'Accepted']
    .map((type) => conditionOf(conditions, type))
    .find((condition) => condition?.status === 'False');
  if (bad === undefined) return ok(admits);
  return warning(`${admits}, but is not ${bad.type}: ${bad.message ?? 'no reason given'}`, 'mend the listener');
}

function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

function namespaceOf({ metadata }: Route): string {
  return metadata.namespace ?? 'default';
}
