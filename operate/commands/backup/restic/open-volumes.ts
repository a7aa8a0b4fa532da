import type { V1Pod, V1PodSpec } from '@kubernetes/client-node';
import type { ResticBackup } from '../../../../components/system/operations';
import { get } from '../../../cluster/api';
import { cronJobOf } from '../../../cluster/job';
import type { Finding } from '../../../report/report';
import type { Saved } from '../target';

/**
 * Says which pods have a volume open that a restore writes files into: a server that runs would go on with some old files and
 * some new ones. That a database is locked does not tell, because a server may open it for each use alone.
 *
 * @returns undefined where there are none
 */
export async function openVolumes({ backup, cluster, system }: Saved<ResticBackup>): Promise<Finding | undefined> {
  const { namespace, operations } = system;
  const template = await cronJobOf(cluster.api, namespace, backup.cronJobs.restore);
  const claims = new Set(claimsOf(template?.spec?.jobTemplate.spec?.template.spec));
  const found = await get<{ items: V1Pod[] }>(cluster.api, `/api/v1/namespaces/${namespace}/pods`);
  const users = (found?.items ?? []).filter(
    ({ metadata, spec, status }) =>
      !/^(Succeeded|Failed)$/.test(status?.phase ?? '') &&
      !metadata?.ownerReferences?.some(({ kind }) => kind === 'Job') &&
      claimsOf(spec).some((claim) => claims.has(claim)),
  );
  if (users.length === 0) return undefined;
  const workloads = new Set(operations.servers.map(({ workload: { kind, name } }) => `${kind.toLowerCase()}/${name}`));
  const stop = [...workloads].map((each) => `kubectl -n ${namespace} scale ${each} --replicas 0`).join('; ');
  return {
    subject: 'restore',
    status: 'failed',
    found: `nothing is changed: what is restored is in use by ${users.map(({ metadata }) => metadata?.name).join(', ')}`,
    remedy: `stop the server first: ${stop}; back to 1 afterwards`,
  };
}

function claimsOf(spec: V1PodSpec | undefined): string[] {
  return (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}
