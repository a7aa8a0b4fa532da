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
  /** Brings the data back that a whole cluster has lost. Absent where the system does that by itself. */
  readonly recovery?: Recovery<B>;
}

/** What is told which backup the data come from. */
export interface RecoveryOptions {
  /** Id of a backup or name of a set, or `latest`. */
  readonly backup: string;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The two moments at which data come back: before the objects of the system are there, and after. */
export interface Recovery<B extends BackupFacts> {
  /**
   * Makes the claims of what was saved, before any pod could make empty ones of them. Absent where data are loaded later.
   * @throws Failure where a claim is there already, which has something else on it
   */
  readonly claims?: (saved: Saved<B>, options: RecoveryOptions) => Promise<readonly Finding[]>;
  /** Whether the servers of the system must be away while the data are loaded. */
  readonly withoutServers: boolean;
  /** Loads the data, where that is still to be done, and holds what is there then against what was saved. */
  readonly data: (saved: Saved<B>, options: RecoveryOptions) => Promise<readonly Finding[]>;
}
