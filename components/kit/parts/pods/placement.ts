import type { IAffinity, IPodSpec } from 'kubernetes-models/v1';
import { containersOf, labelsOfPods, type PodTemplate } from '../../objects/pod-template';

/** What pods need of the node that they run on. */
export interface NodeNeeds {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: NonNullable<IPodSpec['tolerations']>;
  /** Architectures that all their images have; undefined where every image has all. */
  readonly architectures: readonly string[] | undefined;
}

/** Architectures of images that are not made for all, by image. */
export type Architectures = Readonly<Record<string, readonly string[]>>;

const label = 'kubernetes.io/arch';

/**
 * What the pods of a template need of their node. Pods that must be on one node need together what each of them needs:
 * else the first to come would choose a node that another cannot run on.
 */
export function needsOf(template: PodTemplate, all: readonly PodTemplate[], architectures: Architectures): NodeNeeds {
  const terms = template.spec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const beside = terms.flatMap(({ labelSelector }) =>
    all.filter((each) => has(each, labelSelector?.matchLabels ?? {})),
  );
  const specs = [...new Set([template, ...beside])].flatMap(({ spec }) => spec ?? []);
  return specs.map((spec) => ownNeeds(spec, architectures)).reduce(together);
}

/** What a pod needs of its node by itself. */
export function ownNeeds(spec: IPodSpec, architectures: Architectures): NodeNeeds {
  const known = containersOf(spec).map(({ image = '' }) => architectures[image]);
  return {
    nodeSelector: spec.nodeSelector ?? {},
    tolerations: spec.tolerations ?? [],
    architectures: known.reduce(inBoth, undefined),
  };
}

function together(a: NodeNeeds, b: NodeNeeds): NodeNeeds {
  return {
    nodeSelector: { ...b.nodeSelector, ...a.nodeSelector },
    tolerations: unique([...a.tolerations, ...b.tolerations]),
    architectures: inBoth(a.architectures, b.architectures),
  };
}

/** Each value once; what is equal in content counts as one. */
export function unique<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function inBoth(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  return a && b ? a.filter((each) => b.includes(each)) : (a ?? b);
}

function has(template: PodTemplate, labels: Readonly<Record<string, string>>): boolean {
  const own = labelsOfPods(template);
  return Object.entries(labels).every(([key, value]) => own[key] === value);
}

/** An affinity that also asks for nodes of these architectures. What it asks for already stays. */
export function onArchitectures(affinity: IAffinity | undefined, values: readonly string[]): IAffinity {
  const asked = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const nodeSelectorTerms = asked.map((term) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []), { key: label, operator: 'In' as const, values: [...values] }],
  }));
  const nodeAffinity = {
    ...affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
  };
  return { ...affinity, nodeAffinity };
}
