import { type Api, get } from '../../../operate/cluster/api';

/** A VolumeSnapshot as far as tests look at it. */
export interface Snapshot {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp: string;
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly volumeSnapshotClassName?: string;
    readonly source: { readonly persistentVolumeClaimName?: string };
  };
  readonly status?: object;
}

/**
 * What the storage says of a snapshot that is not ready yet.
 *
 * @param claim whose snapshot it is
 * @param snapshots all of the namespace
 * @param age of the snapshot in seconds
 */
export type Answer = (claim: string, snapshots: readonly Snapshot[], age: number) => Promise<object>;

/** Plays the controller of snapshots of a namespace: it alone writes their status. */
export class SnapshotController {
  readonly #path: string;

  constructor(
    readonly api: Api,
    namespace: string,
  ) {
    this.#path = `/apis/snapshot.storage.k8s.io/v1/namespaces/${namespace}/volumesnapshots`;
  }

  async all(): Promise<readonly Snapshot[]> {
    const found = await get<{ items: Snapshot[] }>(this.api, this.#path);
    return [...(found?.items ?? [])].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  }

  /** Names of the sets, the oldest first. */
  async sets(): Promise<readonly string[]> {
    const names = (await this.all()).map(({ metadata }) => metadata.labels['memory-fleet.dev/snapshot-set'] ?? '');
    return [...new Set(names)].sort();
  }

  /** Answers for every snapshot until it can be used. @returns what ends it */
  plays(answer: Answer): () => Promise<void> {
    let ended = false;
    const work = (async () => {
      while (!ended) {
        const all = await this.all();
        for (const { metadata, spec, status } of all) {
          if ((status as { readyToUse?: boolean } | undefined)?.readyToUse) continue;
          const age = (Date.now() - Date.parse(metadata.creationTimestamp)) / 1000;
          const body = { status: await answer(spec.source.persistentVolumeClaimName ?? '', all, age) };
          const contentType = 'application/merge-patch+json';
          await this.api.send('PATCH', `${this.#path}/${metadata.name}/status`, { body, contentType });
        }
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
    return async () => {
      ended = true;
      await work;
    };
  }
}
