import type { GitBackup } from '../../../../components/system/operations';
import { gitCredentials } from '../../../git/credentials';
import type { GitOptions } from '../../../git/remote';
import type { Saved } from '../target';

/** A system that pushes git repositories, and the way to its remotes. */
export type GitTarget = Saved<GitBackup> & { readonly git: GitOptions };

/** How the git remotes of a system are reached. */
export async function gitTarget(saved: Saved<GitBackup>): Promise<GitTarget> {
  const { backup, cluster, signal, system } = saved;
  const credentials = await gitCredentials(backup.credentials, { api: cluster.api, namespace: system.namespace });
  return { ...saved, git: { credentials, signal } };
}
