import { rmSync, statSync } from 'node:fs';
import type { UploadFacts } from '../../../components/system/operations';
import { Failure, Interrupted, messageOf } from '../../base/failure';
import type { Say } from '../../base/progress';
import { runWithInput } from '../../cluster/exec';
import { type JobEnd, runJobOf } from '../../cluster/job';
import { containerRuns } from '../../cluster/pod-status';
import type { Pod } from '../../cluster/pods';
import type { StackCluster } from '../../cluster/stack-cluster';
import { inMegabytes } from '../../report/megabytes';

export interface Sending {
  readonly cluster: Pick<StackCluster, 'api' | 'kubeConfig'>;
  readonly namespace: string;
  readonly upload: UploadFacts;
  /** File of the compressed tar archive; it is removed once it is sent. */
  readonly archive: string;
  readonly signal: AbortSignal;
  readonly say: Say;
}

/**
 * Runs the Job that takes an upload in and indexes it, and sends the archive to it. The Job is removed whatever happens.
 *
 * @throws Failure when there is no such Job to run, one runs already, or the archive cannot be sent; Interrupted
 */
export function sendUpload({ cluster, namespace, upload, archive, signal, say }: Sending): Promise<JobEnd> {
  const { container, cronJob, deadlineSeconds } = upload;
  const bytes = statSync(archive).size;
  let sent = false;
  const onPod = async (pod: Pod) => {
    if (sent || !containerRuns(pod, container)) return;
    sent = true;
    const place = { namespace, pod: pod.metadata.name, container };
    const progress = (part: number) => say(`${inMegabytes(part)} of ${inMegabytes(bytes)} are sent`);
    try {
      await runWithInput(cluster.kubeConfig, place, upload.command(bytes), archive, signal, progress);
    } catch (error) {
      if (error instanceof Interrupted) throw error;
      throw new Failure(
        `the upload did not arrive: ${messageOf(error)}`,
        'check that your credentials may exec into pods, and that the volume has room; then upload again',
        { cause: error },
      );
    }
    rmSync(archive, { force: true });
  };
  return runJobOf({ api: cluster.api, namespace, cronJob, deadlineSeconds, signal, say, onPod });
}
