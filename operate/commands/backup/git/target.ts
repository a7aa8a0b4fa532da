import type { SystemPlan } from '../../../../components/system';
import type { GitBackup } from '../../../../components/system/operations';
import type { StackCluster } from '../../../cluster/stack-cluster';
import { gitCredentials } from '../../../git/credentials';
import type { GitOptions } from '../../../git/remote';
import type { Saved } from '../target';

/** A system that pushes git repositories, and the way to its remotes. */
export type GitTarget = Saved<GitBackup> & { readonly git: GitOptions };

/** How the git remotes of a system are reached. */
export async function gitTarget(saved: Saved<GitBackup>): Promise<GitTarget> {
  return { ...saved, git: await gitOptions(saved.system, saved.cluster, saved.signal) };
}

async function gitOptions(
  { namespace, operations }: SystemPlan,
  { api }: Pick<StackCluster, 'api'>,
  signal: AbortSignal,
): Promise<GitOptions> {
  return { credentials: await gitCredentials(operations.token, { api, namespace }), signal };
}
