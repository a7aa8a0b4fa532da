import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { intakeCommand } from '../../../../../components/kit/parts/drill';
import { runChild } from '../../../../base/child';
import { Failure, Interrupted, messageOf, throwIfInterrupted } from '../../../../base/failure';
import type { Say } from '../../../../base/progress';
import { waitFor } from '../../../../base/wait';
import { get } from '../../../../cluster/api';
import { runWithInput } from '../../../../cluster/exec';
import { containerRuns, lastLogLine, startProblem } from '../../../../cluster/pod-status';
import { isReady, type Pod } from '../../../../cluster/pods';
import { copyBranch, type Head } from '../../../../git/remote';
import { openEndpoint } from '../../../../mcp/endpoint';
import { openPodSession, type PodServer } from '../../../../mcp/in-pod';
import { openSession, type Session } from '../../../../mcp/session';
import { serverOf } from '../../../../stack';
import type { GitTarget } from '../target';
import { drillPod } from './scratch';

/** Seconds that a pod may take until its containers start: a node is found, the image pulled. */
const schedulingSeconds = 600;

/**
 * Copies the newest backup of every store to where it belongs below a folder.
 *
 * @returns the newest commit of each store that has a backup, by its name
 * @throws Failure when a remote cannot be read, or none has a backup
 */
export async function fetchBackups({ backup, git }: GitTarget, folder: string): Promise<ReadonlyMap<string, Head>> {
  const heads = new Map<string, Head>();
  for (const store of backup.stores) {
    const place = join(folder, store.folder);
    mkdirSync(dirname(place), { recursive: true });
    const head = await copyBranch(store, place, git);
    if (head) heads.set(store.name, head);
  }
  if (heads.size === 0) {
    const urls = backup.stores.map(({ url }) => url).join(', ');
    throw new Failure(`there is no backup yet at ${urls}`, 'fleet backup now');
  }
  return heads;
}

/** Puts the content of a folder on the volume of a drill's pod. @throws Failure */
export async function fillVolume(target: GitTarget, namespace: string, folder: string, archive: string, say: Say) {
  const { cluster, git, backup } = target;
  const { signal } = git;
  const container = backup.drill.pod.initContainers?.[0]?.name ?? '';
  const { exitCode, stderr } = await runChild('tar', ['-cf', archive, '-C', folder, '--', ...readdirSync(folder)], {
    env: { PATH: process.env.PATH ?? '' },
    signal,
  });
  throwIfInterrupted(signal);
  if (exitCode !== 0) throw new Failure(`the backup cannot be packed: ${stderr.trim()}`, 'install tar');
  await waitForPod(target, namespace, say, (pod) => containerRuns(pod, container));
  const command = intakeCommand(backup.drill.volumePath, statSync(archive).size);
  try {
    const place = { namespace, pod: drillPod, container };
    await runWithInput(cluster.kubeConfig, place, command, archive, signal);
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    throw new Failure(
      `the backup cannot be put on the volume: ${messageOf(error)}`,
      'check that your credentials may exec into pods, and that the volume is large enough',
      { cause: error },
    );
  } finally {
    rmSync(archive, { force: true });
  }
}

/** A session with the server that was started on the backup. @throws Failure when it does not serve in time */
export async function restoredServer(target: GitTarget, namespace: string, say: Say): Promise<Session> {
  const { backup, cluster, git, system } = target;
  const { paths, startupSeconds } = serverOf(system);
  await waitForPod(target, namespace, say, isReady, startupSeconds + schedulingSeconds);
  const server: PodServer = { namespace, pod: drillPod, port: backup.drill.port, path: paths.mcp };
  let problem: unknown;
  const open = () =>
    openPodSession(cluster.kubeConfig, server).catch((error: unknown) => {
      problem = error;
      return undefined;
    });
  const session = await waitFor(open, { seconds: startupSeconds, signal: git.signal });
  if (session !== undefined) return session;
  throw new Failure(
    `the restored server does not answer: ${messageOf(problem)}`,
    'check that your credentials may forward ports to pods',
    { cause: problem },
  );
}

/** A session with the system itself, past its route. @throws Failure when no pod of it is ready, or answers */
export async function systemServer({ cluster, stack, system }: GitTarget): Promise<Session> {
  const endpoint = await openEndpoint(
    { stack, system, server: serverOf(system), cluster: async () => cluster },
    { portForward: true },
  );
  try {
    const session = await openSession(endpoint.url, endpoint.connection, endpoint.transport);
    const close = async () => {
      await session.close();
      await endpoint.close();
    };
    return { ...session, close };
  } catch (error) {
    await endpoint.close();
    const remedy = 'check that your credentials may forward ports to pods';
    throw new Failure(`${endpoint.words} does not answer: ${messageOf(error)}`, remedy, { cause: error });
  }
}

async function waitForPod(
  { cluster: { api }, git: { signal } }: GitTarget,
  namespace: string,
  say: Say,
  isReached: (pod: Pod) => boolean,
  seconds = schedulingSeconds,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods/${drillPod}`;
  const notRunning = (why: string) =>
    new Failure(`the pod of the drill does not run: ${why}`, 'mend what it says, then drill again');
  let problem: string | undefined;
  const look = async () => {
    const pod = await get<Pod>(api, path);
    if (pod === undefined) throw notRunning('somebody removed it');
    if (isReached(pod)) return pod;
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') {
      const said = (await lastLogLine(api, pod)) ?? pod.status.message ?? 'it left no log';
      throw new Failure(`the restored server ended: ${said}`, 'the backup is there, and the server cannot start on it');
    }
    problem = startProblem(pod);
    say(problem ?? `${namespace}/${drillPod}: ${pod.status?.phase?.toLowerCase() ?? 'new'}`);
    return undefined;
  };
  if ((await waitFor(look, { seconds, signal })) === undefined) {
    throw notRunning(problem ?? `not ready after ${seconds} s`);
  }
}
