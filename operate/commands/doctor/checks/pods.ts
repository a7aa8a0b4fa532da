import type { IPodSpec } from 'kubernetes-models/v1';
import { containersOf, podOf } from '../../../../policies/pods';
import { describedIn } from '../../../stack/plan-objects';
import { type Answer, type Check, type Examined, missing, ok, type Question, warning } from '../check';

/** A pod of the plan and where it is. */
interface PlannedPod {
  readonly namespace: string;
  readonly spec: IPodSpec;
}

/** What pods name that is of the whole cluster, the nodes that they ask for, and limits that their namespace asks for. */
export const pods: Check = (examined) => {
  const planned = describedIn(examined.stack.plan).flatMap(({ object }): PlannedPod[] => {
    const spec = podOf(object);
    return spec ? [{ namespace: object.metadata.namespace ?? '', spec }] : [];
  });
  return [
    ...classes(examined, planned, 'PriorityClass', '/apis/scheduling.k8s.io/v1/priorityclasses'),
    ...classes(examined, planned, 'RuntimeClass', '/apis/node.k8s.io/v1/runtimeclasses'),
    ...nodes(examined, planned),
    ...limits(examined, planned),
  ];
};

function classes(
  { look }: Examined,
  planned: readonly PlannedPod[],
  kind: 'PriorityClass' | 'RuntimeClass',
  path: string,
): Question[] {
  const field = kind === 'PriorityClass' ? 'priorityClassName' : 'runtimeClassName';
  const names = new Set(planned.flatMap(({ spec }) => spec[field] ?? []));
  return [...names].map((name) => ({
    subject: `${kind} ${name}`,
    answer: async () =>
      (await look.at(`${path}/${name}`)) === undefined
        ? missing('there is none, so that no pod that names it is made', `create it, or correct ${field}`)
        : ok('there'),
  }));
}

type Term = { readonly key: string; readonly values: readonly string[] };

/** What a pod asks of the labels of its node: each key with the values that will do. */
function asked({ affinity, nodeSelector = {} }: IPodSpec): Term[] {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const expressions = terms.flatMap(({ matchExpressions = [] }) => matchExpressions);
  return [
    ...Object.entries(nodeSelector).map(([key, value]) => ({ key, values: [value] })),
    ...expressions.map(({ key, values = [] }) => ({ key, values })),
  ];
}

interface Node {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly unschedulable?: boolean };
}

function nodes({ look }: Examined, planned: readonly PlannedPod[]): Question[] {
  const kinds = new Map(planned.map(({ spec }) => [inWords(asked(spec)), asked(spec)]));
  return [...kinds]
    .filter(([words]) => words !== '')
    .map(([words, terms]) => ({
      subject: `nodes with ${words}`,
      answer: async () => {
        const fitting = (await look.list<Node>('/api/v1/nodes')).filter(
          ({ metadata: { labels = {} }, spec }) =>
            !spec?.unschedulable && terms.every(({ key, values }) => values.includes(labels[key] ?? '')),
        );
        return fitting.length > 0
          ? ok(`${fitting.length}`)
          : warning('none that takes pods', 'label a node, or correct nodeSelector or imageArchitectures');
      },
    }));
}

function inWords(terms: readonly Term[]): string {
  return terms.map(({ key, values }) => `${key}=${values.join('|')}`).join(', ');
}

interface Quota {
  readonly metadata: { readonly name: string };
  readonly spec?: { readonly hard?: Readonly<Record<string, string>> };
}

interface LimitRange {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly limits: readonly Limit[] };
}

interface Limit {
  readonly type: string;
  readonly default?: { readonly cpu?: string };
  readonly maxLimitRequestRatio?: { readonly cpu?: string };
}

/** A quota over CPU limits, or a range that holds them against requests, refuses every container that has none and gets none. */
function limits({ look }: Examined, planned: readonly PlannedPod[]): Question[] {
  const unlimited = planned.filter(({ spec }) => containersOf(spec).some((each) => !each.resources?.limits?.cpu));
  return [...new Set(unlimited.map(({ namespace }) => namespace))].map((namespace) => ({
    subject: `CPU limits in namespace ${namespace}`,
    answer: async (): Promise<Answer> => {
      const within = `/api/v1/namespaces/${namespace}`;
      const quotas = await look.list<Quota>(`${within}/resourcequotas`);
      const ranges = await look.list<LimitRange>(`${within}/limitranges`);
      const ofContainers = ranges.flatMap(({ metadata, spec }) =>
        spec.limits.filter(({ type }) => type === 'Container').map((limit) => ({ ...limit, name: metadata.name })),
      );
      if (ofContainers.some((each) => each.default?.cpu)) return ok('a LimitRange gives them to containers without');
      const quota = quotas.find(({ spec }) => spec?.hard?.['limits.cpu'] !== undefined);
      const range = ofContainers.find((each) => each.maxLimitRequestRatio?.cpu);
      const asking = quota ? `ResourceQuota ${quota.metadata.name}` : range && `LimitRange ${range.name}`;
      return asking
        ? missing(`${asking} asks every container for one, and some have none`, 'set pods.cpuLimitRatio')
        : ok('nothing asks for them');
    },
  }));
}
