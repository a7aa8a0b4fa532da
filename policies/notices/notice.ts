/** Something that a plan may well mean, and that is more often an oversight. It stops nothing. */
export interface Notice {
  /** Where the stack file has the settings of the system, such as `memoryMcp`. */
  readonly path: string;
  /** What it is about, in a few words. */
  readonly subject: string;
  readonly found: string;
  readonly remedy: string;
}
