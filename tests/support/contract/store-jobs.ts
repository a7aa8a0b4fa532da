import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IConfigMap, IPodSpec } from 'kubernetes-models/v1';
import type { RunAs } from '../../../components/kit/objects/pod';
import { backupObjects } from '../../../components/kit/parts/backup';
import type { StoreBackup } from '../../../components/kit/parts/backup/store';
import { backup } from '../../../components/kit/settings/backup';
import { parse } from '../../../config/parse';
import { objectOf } from '../objects';

const names = { system: 'test', secret: ['test', 'backup'], schedule: '17 3 * * *', size: '1Gi' };

/** The Secret of the backups of {@link storeJobs}. */
export const backupPassword = { 'test-backup/password': 'a good one' };

/** The pods of the Jobs that back up these stores alone, with their ConfigMaps. */
export function storeJobs(stores: readonly [StoreBackup, ...StoreBackup[]], runAs: RunAs) {
  const labels = { app: 'test' };
  const objects = backupObjects({
    name: 'backup',
    key: 'backup',
    content: 'data',
    settings: parse(backup(names), {}, 'backup'),
    metadata: (name) => ({ name, namespace: 'test' }),
    podLabels: { backup: labels, restore: labels, drill: labels },
    host: 'test',
    serviceAccountName: 'test',
    imagePullSecrets: [],
    runAs,
    placement: {},
    waivers: [],
    after: [],
    stores,
    claimName: 'backup',
    workSize: '1Gi',
  });
  const podOf = (key: string) =>
    objectOf<ICronJob>(objects, key).spec?.jobTemplate.spec?.template.spec as unknown as IPodSpec;
  const scripts = objectOf<IConfigMap>(objects, 'backupScripts').data ?? {};
  return {
    configMaps: { backup: scripts },
    backup: podOf('backup'),
    restore: podOf('backupRestore'),
    drill: podOf('backupDrill'),
  };
}
