import assert from 'node:assert/strict';
import { describeStack, parseStack } from '../../../components/stack';
import type { SystemPlan } from '../../../components/system';
import { exportersIn, type Source } from './exporters';
import { planned } from './planned';
import type { Series } from './promtool';
import { hour, sequence, steady } from './samples';

const repositories = ['backend', 'frontend'].map((name) => ({
  source: 'git',
  name,
  url: `https://git.example.org/team/${name}`,
}));

/** Context Engine on a cluster with a Prometheus operator. */
export function contextEngine(contextEngineSettings: object = {}, cluster: object = {}): SystemPlan {
  const config = parseStack(
    {
      cluster: { sharedStorageClass: 'nfs', monitoring: {}, ...cluster },
      contextEngine: { image: 'registry.example.org/context-engine:1', repositories, ...contextEngineSettings },
    },
    'test',
  );
  const [system] = describeStack(config).systems;
  assert.ok(system);
  return system;
}

/** Minutes of the series that go on all the time. */
export const long = 4 * hour;

const backupJob = 'context-engine-backup';
const drillJob = 'context-engine-backup-drill';

/** The series of an installation as the exporters give them. @param namespace Namespace of the series */
export function seriesOf(system: SystemPlan, namespace = system.namespace) {
  const from = exportersIn(namespace);
  const plan = planned(system);
  const qdrant = plan.name('StatefulSet');
  const probeOf = (service: string) => plan.probe((target) => target.startsWith(`http://${service}.`), namespace);
  const pod = (deployment: string, pod = 'x7k2p') => `${deployment}-5d9c7b8f6-${pod}`;
  return {
    namespace,
    deployments: plan.names('Deployment'),
    claims: plan.names('PersistentVolumeClaim'),
    jobs: plan.names('Job'),
    autoscalers: plan.names('HorizontalPodAutoscaler'),
    qdrant: (metric: Parameters<typeof from.scraped>[0], samples: string, labels = {}) =>
      from.scraped(metric, qdrant, labels, samples),
    qdrantLabels: from.scrapedLabels(qdrant),
    probe: (service: string, samples: string) => from.probe(probeOf(service).job, probeOf(service).target, samples),
    probeLabels: (service: string) => from.probeLabels(probeOf(service).job, probeOf(service).target),
    /** Restarts of the container of a Deployment's pod, which has its name unless told. */
    restarts: (deployment: string, container = deployment) => ({
      series: (samples: string, { exporter }: Source = {}) =>
        from.restarts(container, pod(deployment), samples, exporter),
      labels: { namespace, container, pod: pod(deployment) },
    }),
    qdrantRestarts: (samples: string) => from.restarts(qdrant, `${qdrant}-0`, samples),
    volume: from.volume,
    volumeLabels: (claim: string) => ({ namespace, persistentvolumeclaim: claim }),
    job: (name: string, condition: 'complete' | 'failed', samples: string, exporter?: string): Series[] => [
      from.state(`kube_job_${condition}`, { job_name: name, condition: 'true' }, samples, exporter),
      from.state(`kube_job_${condition}`, { job_name: name, condition: 'false' }, steady(0, long), exporter),
    ],
    activeJob: (name: string, samples: string) => from.state('kube_job_status_active', { job_name: name }, samples),
    available: (deployment: string, samples: string, exporter?: string) =>
      from.state('kube_deployment_status_replicas_available', { deployment }, samples, exporter),
    wanted: (deployment: string, samples: string) =>
      from.state('kube_deployment_spec_replicas', { deployment }, samples),
    /** Replicas as they are and at most, and the CPU use in percent of the request. */
    autoscaler: (name: string, current: string, most: string, load: string): Series[] => [
      from.state('kube_horizontalpodautoscaler_status_current_replicas', { horizontalpodautoscaler: name }, current),
      from.state('kube_horizontalpodautoscaler_spec_max_replicas', { horizontalpodautoscaler: name }, most),
      ...['utilization', 'average'].map((type) =>
        from.state(
          'kube_horizontalpodautoscaler_status_target_metric',
          { horizontalpodautoscaler: name, metric_name: 'cpu', metric_target_type: type },
          // The average is in cores.
          type === 'utilization' ? load : steady(4, long),
        ),
      ),
    ],
    memory: (deployment: string, samples: string) => from.memory(deployment, pod(deployment), samples),
    backup: (created: string, succeeded?: string, exporter?: string) =>
      from.cronJob(backupJob, created, succeeded, exporter),
    backupLabels: { namespace, cronjob: backupJob },
    drill: (created: string, succeeded?: string, exporter?: string) =>
      from.cronJob(drillJob, created, succeeded, exporter),
    drillLabels: { namespace, cronjob: drillJob },
  };
}

/** Everything as it should be: busy, with room on every volume, and a backup every hour. */
export function healthy(system: SystemPlan, namespace = system.namespace): Series[] {
  const from = seriesOf(system, namespace);
  const watchers = from.deployments.filter((name) => name.startsWith('watcher-'));
  const servers = from.deployments.filter((name) => !watchers.includes(name));
  return [
    from.qdrant('up', steady(1, long)),
    from.qdrant('collections_vector_total', steady(120_000, long)),
    ...servers.map((name) => from.probe(name, steady(1, long))),
    from.qdrantRestarts(steady(1, long)),
    ...from.deployments.flatMap((name) => [
      from.restarts(name).series(steady(2, long)),
      from.available(name, steady(1, long)),
    ]),
    ...from.claims.flatMap((claim) => [
      ...from.volume(claim, 'bytes', steady(400, long), steady(1000, long)),
      ...from.volume(claim, 'files', steady(60_000, long), steady(65_536, long)),
    ]),
    ...from.jobs.flatMap((name) => from.job(name, 'complete', steady(1, long))),
    ...from.autoscalers.flatMap((name) => from.autoscaler(name, steady(3, long), steady(5, long), steady(68, long))),
    ...from.backup(steady(0, long), sequence(...Array.from({ length: 4 }, (_, each) => steady(each * 3600, hour)))),
  ];
}
