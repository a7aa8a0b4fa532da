import type { KubernetesObject } from '../../components/kit/object';
import { podLabelsOf, podOf } from '../pods';
import type { Rule } from '../rule';

interface Scaled extends KubernetesObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly scaleTargetRef?: { readonly kind?: string; readonly name?: string };
  };
}

export const autoscaledReplicas: Rule = {
  name: 'autoscaled-replicas',
  demand: 'a workload under a HorizontalPodAutoscaler names no replicas: two owners of one field undo each other',
  check(object, { objects }) {
    const { spec } = object as Scaled;
    const scaler = scalerOf(
      object,
      Object.values(objects).map((described) => described.object),
    );
    return scaler && spec?.replicas !== undefined ? [`names ${spec.replicas} replicas beside an autoscaler`] : [];
  },
};

export const stickySessions: Rule = {
  name: 'sticky-sessions',
  demand:
    'a Service in front of several replicas keeps each client on its replica, because MCP sessions live in memory',
  check(object, { objects }) {
    if (object.kind !== 'Service') return [];
    const { spec } = object as { spec?: { selector?: Record<string, string>; sessionAffinity?: string } };
    const others = Object.values(objects).map((described) => described.object);
    const served = others.filter((other) => podOf(other) && selects(spec?.selector, podLabelsOf(other)));
    const several = served.some((other) => ((other as Scaled).spec?.replicas ?? 1) > 1 || scalerOf(other, others));
    return several && spec?.sessionAffinity !== 'ClientIP' ? ['spreads the sessions of one client over replicas'] : [];
  },
};

function selects(selector: Record<string, string> | undefined, labels: Readonly<Record<string, string>>): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}

function scalerOf(object: KubernetesObject, others: readonly KubernetesObject[]): KubernetesObject | undefined {
  return others.find((other) => {
    const reference = other.kind === 'HorizontalPodAutoscaler' ? (other as Scaled).spec?.scaleTargetRef : undefined;
    return reference?.kind === object.kind && reference.name === object.metadata.name;
  });
}
