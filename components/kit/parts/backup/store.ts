import type { IContainer, IEnvVar, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { Sizing } from '../../objects/pod';

/**
 * How a store is backed up: three small scripts with the store's own tools. They know nothing of repositories, of
 * schedules and of other stores.
 */
export interface StoreBackup {
  /** Its name among the stores of the system, a DNS label. */
  readonly name: string;
  /** Image with the store's tools and a POSIX shell. */
  readonly image: string;
  /** Files that the commands need, by their names. They are in the folder {@link storeScripts}. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Fills the folder `$FILES`. */
  readonly dump: string;
  /** Brings what is in the folder `$FILES` into the store. It leaves alone what is not there. */
  readonly load: string;
  /**
   * Writes a line for each thing that the store has, such as a table: a number, a space, its name. It asks the store what
   * there is and not the dump, so that a dump which misses a thing is seen.
   */
  readonly count: string;
  /** How the scripts reach the store itself. */
  readonly living: Reached;
  /** How they reach a store of the drill, which starts empty, and what that is. */
  readonly scratch: Reached & {
    /** Containers that run beside the drill, each with a startup probe. */
    readonly containers: readonly IContainer[];
  };
  /** @default 100m CPU, 64Mi and at most 512Mi of memory: files pass through in pieces */
  readonly resources?: Sizing;
}

/** A way to a store. */
export interface Reached {
  readonly env: readonly IEnvVar[];
  readonly volumeMounts?: readonly IVolumeMount[];
  readonly volumes?: readonly IVolume[];
  /** Whether it leads to a server of others by HTTP: such a client goes by the proxy of the cluster. @default false */
  readonly reachesOut?: boolean;
}

/** Where the scripts of all backups are in the containers. */
export const scriptsFolder = '/opt/backup';

/** Where a store's own scripts are. */
export function storeScripts(store: string): string {
  return `${scriptsFolder}/${store}`;
}
