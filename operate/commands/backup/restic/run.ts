import type { ResticBackup } from '../../../../components/system/operations';
import { Failure } from '../../../base/failure';
import { showingFor, startProgress } from '../../../base/progress';
import { cronJobOf, endOf, type JobEnd, jobsOf, runJobOf } from '../../../cluster/job';
import type { Saved } from '../target';

/**
 * Runs one of the CronJobs of a backup once, to its end.
 *
 * @param values of the environment that are not the template's
 * @throws Failure where one of them runs already: they would be in each other's way, in the repository and in the store
 */
export async function runOnce(
  { backup, cluster, signal, system }: Saved<ResticBackup>,
  purpose: keyof ResticBackup['cronJobs'],
  title: string,
  options: { readonly json?: boolean | undefined },
  env: Readonly<Record<string, string>> = {},
): Promise<JobEnd> {
  const { api } = cluster;
  const { namespace } = system;
  const { cronJobs, deadlineSeconds } = backup;
  for (const name of Object.values(cronJobs)) {
    const cronJob = await cronJobOf(api, namespace, name);
    const running = cronJob && (await jobsOf(api, namespace, cronJob)).find((job) => !endOf(job));
    if (running) {
      const what = `Job ${running.metadata?.name} is under way`;
      throw new Failure(what, 'wait until it has ended; it ends by its deadline');
    }
  }
  return startProgress(showingFor(options))(
    title,
    (say) => runJobOf({ api, namespace, cronJob: cronJobs[purpose], deadlineSeconds, env, signal, say }),
    ({ succeeded }) => `${title}: ${succeeded ? 'ended well' : 'ended'}`,
  );
}
