import type { KubernetesObject } from '../../../../components/system/described';
import { objectsOf } from '../../../stack/plan-objects';
import { type Check, missing, ok, type Question, warning } from '../check';
import { type LabelSelector, selects } from '../gateway-listener';

type Selecting = 'podMonitorSelector' | 'probeSelector' | 'serviceMonitorSelector' | 'ruleSelector';

interface Prometheus {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly [S in Selecting]?: LabelSelector };
}

/** Somebody who reads our probes, monitors and rules, and the exporter that the probes go through. */
export const monitoring: Check = ({ look, stack }) => {
  const { monitoring: facts } = stack.plan.cluster;
  if (!facts) return [];
  const readers = (
    [
      ['Probe', 'probeSelector'],
      ['ServiceMonitor', 'serviceMonitorSelector'],
      ['PodMonitor', 'podMonitorSelector'],
      ['PrometheusRule', 'ruleSelector'],
    ] as const
  ).flatMap(([kind, selecting]): Question[] => {
    const objects = objectsOf(stack.plan, kind);
    if (objects.length === 0) return [];
    return [
      {
        subject: `Prometheus that reads each ${kind}`,
        answer: async () =>
          readerAnswer(await look.list<Prometheus>('/apis/monitoring.coreos.com/v1/prometheuses'), selecting, objects),
      },
    ];
  });
  const [host = ''] = facts.prober.split(':');
  const [name = '', namespace] = host.split('.');
  // A host outside of the cluster is no Service of it.
  if (namespace === undefined || objectsOf(stack.plan, 'Probe').length === 0) return readers;
  const exporter: Question = {
    subject: `blackbox exporter ${host}`,
    answer: async () =>
      (await look.at(`/api/v1/namespaces/${namespace}/services/${name}`)) === undefined
        ? missing('there is no such Service', 'install the exporter, or correct cluster.monitoring.prober')
        : ok('there'),
  };
  return [...readers, exporter];
};

function readerAnswer(all: readonly Prometheus[], selecting: Selecting, objects: readonly KubernetesObject[]) {
  if (all.length === 0) return missing('there is none', 'create one: the Prometheus operator runs none by itself');
  // No selector at all selects nothing, as the operator has it.
  const reads = ({ spec }: Prometheus, { metadata }: KubernetesObject) =>
    spec?.[selecting] !== undefined && selects(spec[selecting], metadata.labels ?? {});
  const names = (some: readonly Prometheus[]) =>
    some.map((each) => `${each.metadata.namespace}/${each.metadata.name}`).join(', ');
  const unread = objects.filter((object) => !all.some((each) => reads(each, object)));
  if (unread.length === 0) return ok(names(all.filter((each) => objects.some((object) => reads(each, object)))));
  const remedy = `set cluster.monitoring.labels to what its ${selecting} asks for`;
  const some =
    unread.length < objects.length ? ` than ${unread.map(({ metadata }) => metadata.name).join(', ')} has` : '';
  return warning(`${names(all)} selects by other labels${some}`, remedy);
}
