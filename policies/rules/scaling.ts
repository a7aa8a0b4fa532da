import type { Rule } from '../rule';

interface Scaled {
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
    const target = Object.values(objects).some(({ object: other }) => {
      const reference = other.kind === 'HorizontalPodAutoscaler' ? (other as Scaled).spec?.scaleTargetRef : undefined;
      return reference?.kind === object.kind && reference.name === object.metadata.name;
    });
    return target && spec?.replicas !== undefined ? [`names ${spec.replicas} replicas beside an autoscaler`] : [];
  },
};
