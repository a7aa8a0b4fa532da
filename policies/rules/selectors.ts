import type { IPodSpec } from 'kubernetes-models/v1';
import { solverLabels } from '../../components/kit/objects/certificate';
import { cloudNativePgLabels } from '../../components/kit/objects/cloudnative-pg';
import { systemLabel } from '../../components/kit/objects/labels';
import type { DescribedObjects } from '../../components/system/described';
import type { PlannedObject } from '../../components/system/planned-object';
import { objectsIn } from '../backends';
import { podLabelsOf, podOf } from '../pods';
import type { Rule } from '../rule';

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
}

export const ownSelectors: Rule = {
  name: 'own-selectors',
  demand:
    'every selector has the label of its system, or of what an operator runs for it, so that in a shared namespace it never means pods of others; selectors of ' +
    'Deployments and StatefulSets, which nobody can change, are left as they are',
  check(object, { objects }) {
    const systems = new Set(objectsIn(objects).flatMap((each) => podLabelsOf(each)[systemLabel] ?? []));
    return Object.entries(selectorsOf(object, objects)).flatMap(([where, selectors]) =>
      selectors.every(
        (each) => systems.has(each.matchLabels?.[systemLabel] ?? '') || meansPodsOfOperator(each, objects),
      )
        ? []
        : [`selects ${where} without the label ${systemLabel} of its system`],
    );
  },
};

/** Pods that CloudNativePG makes have its own labels, by the names of objects that this plan has in their namespace. */
function meansPodsOfOperator({ matchLabels = {} }: Selector, objects: DescribedObjects): boolean {
  const { pooler, servers } = cloudNativePgLabels;
  return objectsIn(objects).some(
    ({ kind, metadata: { name } }) =>
      (kind === 'Cluster' && matchLabels[servers] === name) || (kind === 'Pooler' && matchLabels[pooler] === name),
  );
}

/** The selectors of an object that are about pods or Services of its own namespace, by what they are for. */
function selectorsOf(object: PlannedObject, objects: DescribedObjects): Readonly<Record<string, readonly Selector[]>> {
  switch (object.kind) {
    case 'NetworkPolicy':
      return isDenialOfNamespace(object, objects)
        ? {}
        : { ...itsPods(object, object.spec?.podSelector, objects), 'their peers': ownPeers(object) };
    case 'CiliumNetworkPolicy':
      return itsPods(object, object.spec?.endpointSelector as Selector | undefined, objects);
    case 'Service':
      return { 'its pods': [{ matchLabels: object.spec?.selector }] };
    case 'PodDisruptionBudget':
      return { 'its pods': [(object.spec?.selector ?? {}) as Selector] };
    case 'PodMonitor':
      return { 'its pods': [object.spec.selector as Selector] };
    case 'ServiceMonitor':
      return { 'its Services': [object.spec.selector as Selector] };
    default: {
      const pod = podOf(object);
      return pod ? { 'pods to be beside': placementOf(pod) } : {};
    }
  }
}

/** In a namespace of our own nobody else is denied anything. */
function isDenialOfNamespace(object: PlannedObject<'NetworkPolicy'>, objects: DescribedObjects): boolean {
  return isInOwnNamespace(object, objects) && !object.spec?.ingress && !object.spec?.egress;
}

function isInOwnNamespace({ metadata }: PlannedObject, objects: DescribedObjects): boolean {
  return objectsIn(objects).some(({ kind, metadata: { name } }) => kind === 'Namespace' && name === metadata.namespace);
}

/** In a namespace of our own cert-manager's pods that answer for our host names are closed in, and opened to, by us alone. */
function itsPods(
  object: PlannedObject,
  selector: Selector = {},
  objects: DescribedObjects,
): Record<string, Selector[]> {
  const keys = Object.keys(selector.matchLabels ?? {});
  const meansSolvers = keys.length === 1 && keys.every((key) => key in solverLabels);
  return meansSolvers && isInOwnNamespace(object, objects) ? {} : { 'its pods': [selector] };
}

/** Peers of the same namespace. One without any label is a host without a dot: a Service of somebody there. */
function ownPeers({ spec }: PlannedObject<'NetworkPolicy'>): Selector[] {
  const peers = [
    ...(spec?.ingress ?? []).flatMap(({ from = [] }) => from),
    ...(spec?.egress ?? []).flatMap(({ to = [] }) => to),
  ];
  return peers.flatMap(({ namespaceSelector, podSelector }) =>
    namespaceSelector === undefined && Object.keys(podSelector?.matchLabels ?? {}).length > 0 && podSelector
      ? [podSelector]
      : [],
  );
}

function placementOf({ affinity, topologySpreadConstraints = [] }: IPodSpec): Selector[] {
  const both = [affinity?.podAffinity, affinity?.podAntiAffinity];
  const terms = both.flatMap((each) => [
    ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return [...terms, ...topologySpreadConstraints].map(({ labelSelector }) => labelSelector ?? {});
}
