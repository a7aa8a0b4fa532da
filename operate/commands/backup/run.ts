import type { ResticBackup, SnapshotBackup } from '../../../components/system/operations';
import { Failure } from '../../base/failure';
import { showingFor, startProgress } from '../../base/progress';
import { cronJobOf, endOf, type JobEnd, jobsOf, runJobOf } from '../../cluster/job';
import type { Saved } from './target';

/**
 * Runs one of the CronJobs of a backup once, to its end.
 *
 * @param values of the environment that are not the template's
 * @throws Failure where one of them runs already: they would be in each other's way, in the repository and in the store
 */
export async function runOnce<B extends ResticBackup | SnapshotBackup>(
  { backup, cluster, signal, system }: Saved<B>,
  purpose: keyof B['cronJobs'] & string,
  title: string,
  options: { readonly json?: boolean | undefined },
  env: Readonly<Record<string, string>> = {},
): Promise<JobEnd> {
  const { api } = cluster;
  const { namespace } = system;
  const { deadlineSeconds } = backup;
  const cronJobs: Readonly<Record<string, string>> = backup.cronJobs;
  const { [purpose]: cronJob = purpose } = cronJobs;
  for (const name of Object.values(cronJobs)) {
    const other = await cronJobOf(api, namespace, name);
    const running = other && (await jobsOf(api, namespace, other)).find((job) => !endOf(job));
    if (running) {
      const what = `Job ${running.metadata?.name} is under way`;
      throw new Failure(what, 'wait until it has ended; it ends by its deadline');
    }
  }
  return startProgress(showingFor(options))(
    title,
    (say) => runJobOf({ api, namespace, cronJob, deadlineSeconds, env, signal, say }),
    ({ succeeded }) => `${title}: ${succeeded ? 'ended well' : 'ended'}`,
  );
}
