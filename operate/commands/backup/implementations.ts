import type { BackupFacts } from '../../../components/system/operations';
import { gitBackups } from './git';
import type { Implementation } from './implementation';
import { resticBackups } from './restic';
import { snapshotBackups } from './snapshots';

const implementations: { readonly [K in BackupFacts['kind']]: Implementation<Extract<BackupFacts, { kind: K }>> } = {
  git: gitBackups,
  restic: resticBackups,
  snapshots: snapshotBackups,
};

/** How a backup of that kind is worked with. */
export function implementationOf<B extends BackupFacts>({ kind }: B): Implementation<B> {
  return implementations[kind] as unknown as Implementation<B>;
}
