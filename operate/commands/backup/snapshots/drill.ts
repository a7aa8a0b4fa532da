import { randomBytes } from 'node:crypto';
import { Failure } from '../../../base/failure';
import { runSteps, type Showing, type Step, showingFor } from '../../../base/progress';
import type { CommandRun } from '../../../base/run';
import { isReady, podsWith, selectorText } from '../../../cluster/pods';
import { readSecretEntry } from '../../../cluster/secret';
import { type OpenQdrant, openPodQdrant } from '../../../qdrant/client';
import { printReport } from '../../../report/print';
import type { Finding } from '../../../report/report';
import type { DrillOptions } from '../command';
import type { SnapshotTarget } from '../target';
import { type Restored, restoredBy } from './answers';
import { contentOf, samplePoints } from './compare';
import { type SnapshotsDrilled, snapshotDrillFindings } from './drill-findings';
import {
  clearDrillPods,
  createDrillPod,
  type DrillPod,
  drillPodObject,
  removeDrillPod,
  waitForRestore,
} from './drill-pod';

/** Time beside the restore in which a drill is done, in seconds; a killed one holds its place no longer. */
const drillSeconds = 1800;

/** Tries out the newest backup in a Qdrant of its own. @returns the exit code */
export async function snapshotDrill(
  run: CommandRun,
  options: DrillOptions,
  target: SnapshotTarget,
  wanted: number,
): Promise<number> {
  const { backup, cluster, system } = target;
  const cleared = await clearDrillPods(cluster.api, system, {
    ask: process.stdin.isTTY === true && !options.json,
    yes: options.yes ?? false,
    signal: run.signal,
  });
  const name = `${system.id.slice(0, 40)}-drill-${randomBytes(4).toString('hex')}`;
  const { drilled, removal } = await withPod(
    target,
    { namespace: system.namespace, name },
    wanted,
    showingFor(options),
  );
  const findings = [...cleared, ...snapshotDrillFindings(backup.place, drilled), ...removal];
  const { living, restored, said, samples, seconds } = drilled;
  const facts = { system: system.id, pod: name, backup: said.restored, living, restored, samples, seconds };
  return printReport({ command: 'backup drill', stack: options.stack, findings, facts }, options);
}

/** Does the work, and takes everything away again, however it ends. */
async function withPod(target: SnapshotTarget, pod: DrillPod, wanted: number, showing: Showing) {
  const open: OpenQdrant[] = [];
  const removal: Finding[] = [];
  let drilled: SnapshotsDrilled | undefined;
  const remove = async () => {
    await removeDrillPod(target.cluster.api, pod);
    return `Removed pod ${pod.name}`;
  };
  try {
    await runSteps(
      drillSteps(target, pod, wanted, open, (result) => {
        drilled = result;
      }),
      showing,
    );
  } finally {
    for (const each of open) await each.close().catch(() => undefined);
    await runSteps([{ title: 'Remove', work: remove }], showing).catch((error: Failure) => {
      const { message: found, remedy } = error;
      removal.push({ subject: `pod ${pod.name}`, status: 'warning', found, remedy });
      if (drilled === undefined) console.error(`${found}\n→ ${remedy}`);
    });
  }
  if (drilled === undefined) throw new Failure('the drill ended before it was told to', 'drill again');
  return { drilled, removal };
}

function drillSteps(
  target: SnapshotTarget,
  pod: DrillPod,
  wanted: number,
  open: OpenQdrant[],
  done: (drilled: SnapshotsDrilled) => void,
): Step[] {
  const { backup, cluster, signal, system } = target;
  const { deadlineSeconds, drill } = backup;
  const seconds: Record<string, number> = {};
  let said: Restored | undefined;
  return [
    {
      title: 'Restore',
      work: async (say) => {
        const start = Date.now();
        await createDrillPod(cluster.api, drillPodObject(system, drill, pod.name, deadlineSeconds + drillSeconds));
        const wait = { container: drill.container, seconds: deadlineSeconds };
        const line = await waitForRestore(cluster.api, pod, wait, say, signal);
        said = restoredBy(line);
        if (said === undefined)
          throw new Failure(`the restore did not say what it restored: ${line}`, 'look at its image');
        seconds.restore = (Date.now() - start) / 1000;
        return `Restored backup ${said.restored} into pod ${pod.name}`;
      },
    },
    {
      title: 'Compare',
      work: async () => {
        const start = Date.now();
        const near = { namespace: pod.namespace, pod: pod.name, port: drill.port };
        const restoredQdrant = await openPodQdrant(cluster.kubeConfig, near, undefined, signal);
        open.push(restoredQdrant);
        const livingQdrant = await openLiving(target);
        open.push(livingQdrant);
        const content = { living: await contentOf(livingQdrant), restored: await contentOf(restoredQdrant) };
        const samples = await samplePoints(livingQdrant, restoredQdrant, content, wanted);
        seconds.compare = (Date.now() - start) / 1000;
        done({ said: said as Restored, ...content, samples, seconds });
        return 'Compared';
      },
    },
  ];
}

/** The Qdrant of the system itself. @throws Failure when no pod of it is ready, or its key cannot be read */
async function openLiving({ backup, cluster, signal, system }: SnapshotTarget): Promise<OpenQdrant> {
  const { apiKey, podLabels, port } = backup.server;
  const { namespace } = system;
  const pod = (await podsWith(cluster.api, namespace, podLabels)).find(isReady);
  if (!pod) {
    const look = `kubectl -n ${namespace} get pods -l ${selectorText(podLabels)}`;
    throw new Failure(`no pod of Qdrant is ready in namespace ${namespace}`, look);
  }
  let key: string | undefined;
  if (apiKey) {
    key = await readSecretEntry(cluster.api, namespace, apiKey);
    if (!key) throw new Failure(`Secret ${apiKey.name} has no ${apiKey.key}`, 'make it as the docs of the system say');
  }
  return openPodQdrant(cluster.kubeConfig, { namespace, pod: pod.metadata.name, port }, key, signal);
}
