import { resourceRequirements, rolloutDeadlines } from '../kit/objects/pod';
import { type ScaledWorkload, scaledWorkload, spreadOf } from '../kit/parts/scaled-workload';
import { applicationEnvironment, beatEnvironment } from './environment';
import type { Rae } from './instance';
import { madeBefore } from './jobs';
import { metadataIn, names, podLabels, podsOf } from './names';
import {
  applicationContainer,
  applicationReads,
  everything,
  podAnnotations,
  podNeeds,
  queueReads,
  raePod,
} from './pod';
import { reachesOutside, servicesUsed } from './servers';

/** The module that knows the tasks: by the one that upstream's own compose file names, none is registered. */
const celery = ['celery', '-A', 'apps.memory_api.tasks.background_tasks:celery_app'];

/**
 * What works through the queue. It has no probe: the one that upstream has starts a Python that imports everything, for
 * seconds of CPU each time, and the process ends by itself where it loses the queue for good.
 */
export function workers(rae: Rae): ScaledWorkload {
  const { namespace, settings, worker } = rae;
  const selector = podsOf('celery-worker');
  const reads = applicationReads(rae);
  const words = [
    ...[...celery, 'worker', '--loglevel=info'],
    `--concurrency=${worker.concurrency}`,
    `--max-tasks-per-child=${settings.worker.maxTasksPerChild}`,
  ];
  return scaledWorkload({
    name: names.worker,
    autoscalerName: names.worker,
    metadata: metadataIn(namespace, selector),
    selector,
    podLabels: podLabels('celery-worker', ['postgres', 'redis', 'qdrant', ...servicesUsed(rae)]),
    podAnnotations: podAnnotations(reads),
    scaling: worker.scaling,
    replicas: worker.replicas,
    rollout: 'rolling',
    progressSeconds: rolloutDeadlines(settings.waitSeconds).progress,
    pod: raePod(rae, {
      reads,
      containers: [
        {
          name: names.worker,
          ...applicationContainer(rae, everything, words, applicationEnvironment(rae)),
          resources: resourceRequirements(worker.resources),
        },
      ],
      // A stop lets running tasks end; what is cut off is lost, because a task counts as done when it begins.
      graceSeconds: settings.worker.graceSeconds,
      rest: spreadOf({ scaling: worker.scaling, replicas: worker.replicas, selector }),
    }),
    after: [...podNeeds(rae), ...madeBefore],
    reachesOut: reachesOutside(rae) ? [names.worker] : [],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}

/** What puts tasks into the queue when they are due. Two of it would put each twice: the old one ends before a new one starts. */
export function beat(rae: Rae): ScaledWorkload {
  const { namespace, settings } = rae;
  const selector = podsOf('beat');
  const reads = queueReads(rae);
  const words = [...celery, 'beat', '--loglevel=info', '-s', '/tmp/celerybeat-schedule'];
  return scaledWorkload({
    name: names.beat,
    metadata: metadataIn(namespace, selector),
    selector,
    podLabels: podLabels('beat', ['redis']),
    podAnnotations: podAnnotations(reads),
    rollout: 'recreate',
    progressSeconds: rolloutDeadlines(settings.waitSeconds).progress,
    pod: raePod(rae, {
      reads,
      containers: [
        {
          name: names.beat,
          ...applicationContainer(rae, ['redis'], words, beatEnvironment(rae)),
          resources: resourceRequirements(rae.beat),
        },
      ],
      graceSeconds: 30,
    }),
    after: [...podNeeds(rae), ...madeBefore],
    imageUnpinnedReason: settings.imageUnpinnedReason,
  });
}
