import type { BackupStore } from '../../../../components/system/operations';
import { Failure } from '../../../base/failure';
import { moment } from '../../../base/progress';
import { type GitCredentials, gitCredentials } from '../../../git/credentials';
import { remoteHead } from '../../../git/remote';
import { type Answer, type Check, ok, warning } from '../check';

/** Nobody waits longer for a report because of one remote. */
const timeoutSeconds = 15;

/** The git remotes that backups go to: whether they can be read from here, and have their branch. */
export const remotes: Check = ({ cluster, stack }) =>
  stack.plan.systems.flatMap(({ namespace, operations }) =>
    operations.backups.flatMap((backup) =>
      backup.kind !== 'git'
        ? []
        : backup.stores.map((store) => ({
            subject: `remote of ${store.name}`,
            answer: async () =>
              remoteAnswer(store, await gitCredentials(backup.credentials, { api: cluster.api, namespace })),
          })),
    ),
  );

/** The server may reach what this machine does not, and the other way round, so nothing here is called missing. */
async function remoteAnswer({ branch, url }: BackupStore, credentials: GitCredentials): Promise<Answer> {
  try {
    const head = await remoteHead({ branch, url }, { credentials, timeoutSeconds });
    if (head) return ok(`${url} has ${branch}, last changed ${moment(head.date)}`);
    return warning(
      `${url} has no branch ${branch}`,
      'the first backup makes it; correct git.branch if it should be there',
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return warning(error.message, `create it, or correct the URL; read with ${credentials.origin}`);
  }
}
