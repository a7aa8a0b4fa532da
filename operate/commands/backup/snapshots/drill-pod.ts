import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemPlan } from '../../../../components/system';
import type { SnapshotDrill } from '../../../../components/system/operations';
import { confirm } from '../../../base/ask';
import { Failure, messageOf, throwIfInterrupted } from '../../../base/failure';
import type { Say } from '../../../base/progress';
import { type Api, create, get, remove } from '../../../cluster/api';
import { lastLogLine, startProblem } from '../../../cluster/pod-status';
import { type Pod, podsWith } from '../../../cluster/pods';
import type { Finding } from '../../../report/report';
import { drillLabel } from '../drill/scratch';

/** The pod of a drill. */
export interface DrillPod {
  readonly namespace: string;
  readonly name: string;
}

const pathOf = ({ name, namespace }: DrillPod) => `/api/v1/namespaces/${namespace}/pods/${name}`;

/** The pod as an object. It is in the system's own namespace, where the claim and the Secrets of its backups are. */
export function drillPodObject(system: SystemPlan, drill: SnapshotDrill, name: string, seconds: number) {
  const { namespace } = system;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { ...drill.labels, [drillLabel]: namespace } },
    // A drill that was killed uses no memory for longer than it would have.
    spec: { ...drill.pod, activeDeadlineSeconds: seconds },
  };
}

/** @throws Failure where the cluster refuses */
export async function createDrillPod(api: Api, pod: ReturnType<typeof drillPodObject>): Promise<void> {
  try {
    await create(api, `/api/v1/namespaces/${pod.metadata.namespace}/pods`, pod);
  } catch (error) {
    const message = `the pod of the drill cannot be made: ${messageOf(error)}`;
    throw new Failure(message, 'use credentials that may create pods', { cause: error });
  }
}

/** Seconds that a pod may take until its containers start: a node is found, the images are pulled. */
const schedulingSeconds = 600;

/**
 * Waits until the container that restores has ended well.
 *
 * @returns the last line of its log
 * @throws Failure with what it said; Interrupted
 */
export async function waitForRestore(
  api: Api,
  drillPod: DrillPod,
  { container, seconds }: { readonly container: string; readonly seconds: number },
  say: Say,
  signal: AbortSignal | undefined,
): Promise<string> {
  for (const end = Date.now() + (schedulingSeconds + seconds) * 1000; ; await sleep(500)) {
    throwIfInterrupted(signal);
    const pod = await get<Pod>(api, pathOf(drillPod));
    if (pod === undefined) throw new Failure(`somebody removed pod ${drillPod.name}`, 'drill again');
    const statuses = pod.status?.containerStatuses ?? [];
    const done = statuses.find(({ name }) => name === container)?.state?.terminated;
    if (done) {
      const said = await lastLogLine(api, pod, container);
      if (done.exitCode === 0 && said !== undefined) return said;
      throw new Failure(
        `the backup cannot be restored: ${said ?? 'it left no log'}`,
        'mend what it says, then drill again',
      );
    }
    const other = statuses.find(({ name, state }) => name !== container && state?.terminated);
    const trouble = startProblem(pod) ?? (other ? `container ${other.name} has ended` : undefined);
    const phase = pod.status?.phase ?? 'new';
    if (other || phase === 'Failed' || phase === 'Succeeded' || Date.now() > end) {
      const why = pod.status?.message ?? trouble ?? `not done within ${seconds} s`;
      throw new Failure(`the pod of the drill does not run: ${why}`, 'mend what it says, then drill again');
    }
    say(trouble ?? `${drillPod.name}: ${phase.toLowerCase()}`);
  }
}

/** Seconds that a pod may take to go. */
const removalSeconds = 60;

/** Removes the pod of a drill, and waits until it is gone. @throws Failure */
export async function removeDrillPod(api: Api, drillPod: DrillPod): Promise<void> {
  const path = pathOf(drillPod);
  const remedy = `kubectl -n ${drillPod.namespace} delete pod ${drillPod.name}`;
  try {
    await remove(api, path);
    for (const end = Date.now() + removalSeconds * 1000; (await get(api, path)) !== undefined; await sleep(300)) {
      if (Date.now() > end) throw new Error(`it is still ending after ${removalSeconds} s`);
    }
  } catch (error) {
    throw new Failure(`pod ${drillPod.name} is not removed: ${messageOf(error)}`, remedy, { cause: error });
  }
}

/**
 * Removes the pods that other drills have left: those that have ended without a word, the rest only where the operator
 * agrees, because they may be somebody's who is at it.
 */
export async function clearDrillPods(
  api: Api,
  { namespace }: SystemPlan,
  { ask, signal, yes }: { readonly ask: boolean; readonly yes: boolean; readonly signal: AbortSignal },
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const pod of await podsWith(api, namespace, { [drillLabel]: namespace })) {
    const { name } = pod.metadata;
    const subject = `pod ${name}`;
    const over = ['Failed', 'Succeeded'].includes(pod.status?.phase ?? '');
    const question = `Pod ${name} is of another drill, which was killed or still runs. Remove it?`;
    if (over || yes || (ask && (await confirm(question, { yes, signal })))) {
      await removeDrillPod(api, { namespace, name });
      findings.push({ subject, status: 'ok', found: 'left by an earlier drill, removed' });
    } else {
      const remedy = `add --yes, or kubectl -n ${namespace} delete pod ${name}`;
      findings.push({ subject, status: 'warning', found: 'of another drill, which was killed or still runs', remedy });
    }
  }
  return findings;
}
