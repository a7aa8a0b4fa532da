/** What Argo CD does for a cluster, as far as it writes. */
export interface ArgoCd {
  /** Merges manifests into the branch that it follows. Nothing is applied yet. */
  merge(manifests: string): Promise<void>;
  /**
   * Applies once, from beginning to end, what was merged last.
   * @returns what it says of each object
   * @throws Error when an object cannot be applied
   */
  sync(): Promise<readonly string[]>;
  stop(): Promise<void>;
}
