import type { BackupFacts } from '../../../components/system/operations';
import type { Finding } from '../../report/report';
import type { DrillOptions, RestoreOptions } from './command';
import type { ClusterView } from './freshness';
import type { Saved } from './target';

/** What came of a run. */
export interface BackupOutcome {
  readonly findings: readonly Finding[];
  /** Figures beside the findings. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** The one protocol of all backups. */
export interface Implementation<B extends BackupFacts> {
  /** Makes a backup at once. */
  now(saved: Saved<B>, options: { readonly json?: boolean | undefined }): Promise<BackupOutcome>;
  /** Says how old the backups are, and what is in the newest. */
  status(saved: Saved<B>, view: ClusterView): Promise<readonly Finding[]>;
  /** Tries out the newest backup beside the system. */
  drill(saved: Saved<B>, options: DrillOptions): Promise<BackupOutcome>;
  /** Brings a backup back into the system, or lists them. Absent where the system does that by itself. */
  readonly restore?: (saved: Saved<B>, options: RestoreOptions) => Promise<BackupOutcome>;
}
