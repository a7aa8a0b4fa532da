import type { PlannedObject } from '../../../../components/system/planned-object';
import type { LiveObject } from '../../../live/object';
import { objectsOf } from '../../../stack/plan-objects';
import { type Answer, ok } from '../check';
import { metrics } from '../checks/metrics';
import { withLive } from './live';
import { every, type Inspected, namespacesOf, none, notAsked, type Points, shortened } from './point';
import { type NodeStats, type Usage, usagesOf } from './usage';

/** Share of a volume above which it should grow before production. */
const fullest = 0.7;

/** That load finds more pods, pods find their limits, and volumes have room. */
export const scaling: Points = (inspected) => [
  { subject: 'autoscalers are there, as planned, and see their load', answer: () => autoscalersAnswer(inspected) },
  { subject: 'every container has a memory limit', answer: () => limitsAnswer(inspected) },
  { subject: `no volume is fuller than ${fullest * 100} %`, answer: () => roomAnswer(inspected) },
];

export interface Autoscaler extends LiveObject {
  readonly spec: { readonly minReplicas?: number; readonly maxReplicas: number };
  readonly status?: {
    readonly currentReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

async function autoscalersAnswer(inspected: Inspected): Promise<Answer> {
  const planned = objectsOf(inspected.stack.plan, 'HorizontalPodAutoscaler');
  if (planned.length === 0) return notAsked('nothing of the plan scales by itself');
  const served = await every(metrics(inspected), ok(''));
  if (served.status !== 'ok') return served;
  const seen = await withLive<(typeof planned)[number], Autoscaler>(inspected.look, planned);
  return none(seen, (each) => autoscalerFault(each.planned, each.live), {
    absent: ok(''),
    found: shortened(
      planned.map(({ metadata, spec }) => `${metadata.name} ${spec?.minReplicas} to ${spec?.maxReplicas}`),
    ),
    remedy: 'run `pulumi up`; kubectl describe hpa says what it does not see',
  });
}

/** What keeps an autoscaler from doing what is planned. */
export function autoscalerFault(
  { metadata, spec }: PlannedObject<'HorizontalPodAutoscaler'>,
  live: Autoscaler | undefined,
): string | undefined {
  const { name } = metadata;
  if (live === undefined) return `${name} is not there`;
  const { maxReplicas, minReplicas = 1 } = live.spec;
  if (minReplicas !== (spec?.minReplicas ?? 1) || maxReplicas !== spec?.maxReplicas) {
    return `${name} goes from ${minReplicas} to ${maxReplicas}, and ${spec?.minReplicas} to ${spec?.maxReplicas} is planned`;
  }
  const condition = (type: string) => live.status?.conditions?.find((each) => each.type === type);
  const active = condition('ScalingActive');
  if (active?.status !== 'True') return `${name} does not scale: ${active?.message ?? 'nobody has looked at it yet'}`;
  const limited = condition('ScalingLimited');
  const atMost = limited?.status === 'True' && live.status?.currentReplicas === maxReplicas;
  return atMost ? `${name} is at its ${maxReplicas} pods and wants more` : undefined;
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly containers: readonly {
      readonly name: string;
      readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
    }[];
  };
  readonly status?: { readonly phase?: string };
}

async function limitsAnswer(inspected: Inspected): Promise<Answer> {
  const names = namespacesOf(inspected);
  const pods = (
    await Promise.all(names.map((name) => inspected.look.list<Pod>(`/api/v1/namespaces/${name}/pods`)))
  ).flat();
  const containers = pods
    .filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Pending')
    .flatMap(({ metadata, spec }) => spec.containers.map((container) => ({ pod: metadata.name, ...container })));
  return none(
    containers,
    ({ name, pod, resources }) => (resources?.limits?.memory === undefined ? `${name} of ${pod}` : undefined),
    {
      absent: { status: 'missing', found: `no pod runs in ${names.join(', ')}`, remedy: 'run `pulumi up`' },
      found: `${containers.length} containers`,
      remedy: 'give it one, or a LimitRange for its namespace: a pod without takes what others of its node need',
    },
  );
}

/** What kubelets tell of the volumes that are mounted. */
async function roomAnswer({ look, stack }: Inspected): Promise<Answer> {
  const claims = objectsOf(stack.plan, 'PersistentVolumeClaim');
  if (claims.length === 0) return notAsked('the plan has no volume');
  const nodes = await look.list<{ metadata: { name: string } }>('/api/v1/nodes');
  const stats = await Promise.all(
    nodes.map(({ metadata }) => look.at<NodeStats>(`/api/v1/nodes/${metadata.name}/proxy/stats/summary`)),
  );
  return usageAnswer(
    claims.map(({ metadata }) => ({ name: metadata.name, namespace: metadata.namespace ?? '' })),
    stats.flatMap((each) => (each ? usagesOf(each) : [])),
  );
}

export function usageAnswer(
  claims: readonly { readonly name: string; readonly namespace: string }[],
  usages: readonly Usage[],
): Answer {
  const ours = usages.filter(({ claim }) =>
    claims.some(({ name, namespace }) => name === claim.name && namespace === claim.namespace),
  );
  const percent = ({ claim, share }: Usage) => `${claim.name} ${Math.round(share * 100)} %`;
  return none(ours, (usage) => (usage.share > fullest ? percent(usage) : undefined), {
    absent: { status: 'missing', found: 'no kubelet tells of a volume of the plan', remedy: 'see that its pods run' },
    found: shortened(ours.map(percent)),
    remedy:
      'raise the size of the volume in the stack file and run `pulumi up` (docs/runbook.md#a-volume-that-must-grow)',
  });
}
