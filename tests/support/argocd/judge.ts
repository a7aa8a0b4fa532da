import { execa } from 'execa';
import { testToolPath } from '../test-tool';

/** What Argo CD says of an object, or of an Application. */
export type HealthCode = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

/** The health of objects as they are on a cluster. */
export interface Health {
  /** In the order of the objects; nothing for one that Argo CD does not check. */
  readonly objects: readonly ({ readonly status: HealthCode; readonly message?: string } | null)[];
  /** Of an Application that has them. */
  readonly application: HealthCode;
}

/** How far a sync has come. */
export interface SyncOutcome {
  readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error';
  readonly message: string;
  /** Kind and name of every object that was applied. */
  readonly applied: readonly string[];
}

/** Argo CD's own code, see tools/argocd. */
export interface ArgoCdJudge {
  health(objects: readonly object[]): Promise<Health>;
  /** @param seconds after which a sync that goes on is left */
  sync(objects: readonly object[], kubeconfig: string, seconds: number): Promise<SyncOutcome>;
}

export async function argoCdJudge(projectDir: string): Promise<ArgoCdJudge> {
  const program = await testToolPath(projectDir, 'argocd-judge');
  const ask = async (args: readonly string[], objects: readonly object[]) =>
    JSON.parse((await execa(program, args, { input: JSON.stringify(objects) })).stdout);
  return {
    health: (objects) => ask(['health'], objects),
    sync: (objects, kubeconfig, seconds) => ask(['sync', kubeconfig, `${seconds}s`], objects),
  };
}
