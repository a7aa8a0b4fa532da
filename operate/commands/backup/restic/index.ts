import type { ResticBackup } from '../../../../components/system/operations';
import type { Implementation } from '../implementation';
import { drill } from './drill';
import { now } from './now';
import { restore, restored } from './restore';
import { status } from './status';

/** Backups by restic: Jobs in the cluster do everything, and say in the last line of their logs what came of it. */
export const resticBackups: Implementation<ResticBackup> = {
  now,
  status,
  drill,
  restore,
  recovery: { withoutServers: true, data: restored },
};
