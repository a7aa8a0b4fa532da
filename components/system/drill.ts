import type { IPodSpec } from 'kubernetes-models/v1';
import type { Labels } from './flow';
import type { ToolCall } from './tool-call';

/**
 * How a backup is tried out: its content is put on a new volume, the system's own server starts on it where it reaches
 * nothing and nobody, and what it then has is held against the system itself.
 */
export interface DrillFacts {
  /**
   * The server's own pod, save that it has no remote, no Secret and no volume that lasts. Its first init container is an
   * intake (components/kit/parts/drill.ts).
   */
  readonly pod: IPodSpec;
  /** Labels and annotations of the pod, besides those of the drill. @default none */
  readonly metadata?: { readonly labels: Labels; readonly annotations: Labels };
  /** Content of the ConfigMaps that the pod mounts, by name. */
  readonly configMaps: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Path of the volume in the containers; the stores' folders are relative to it. */
  readonly volumePath: string;
  /** Port of the pod for requests, which nothing guards, and path that answers once the server serves. */
  readonly port: number;
  readonly catalogue: Catalogue;
}

/** How to look at everything that a server has. */
export interface Catalogue {
  /** Asks for a page of the list of everything, the first without a cursor. */
  readonly list: (cursor?: string) => ToolCall;
  readonly page: (answer: unknown) => Page;
  /** Asks for one entry with its body. */
  readonly read: (entry: Entry) => ToolCall;
  readonly body: (answer: unknown) => string;
  /** Searches for an entry by its body. */
  readonly recall: (entry: Entry, body: string) => ToolCall;
  /** Whether the search has found it. */
  readonly found: (answer: unknown, entry: Entry) => boolean;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
}

/** One thing that a server keeps. */
export interface Entry {
  /** The same in the system and in its backup, and different for every entry. */
  readonly name: string;
  /** What entries are counted by, such as their scope. */
  readonly group: string;
  /** When it was last written, by the clock of the server. */
  readonly updatedAt: Date;
  /** What of it must be equal in the backup, apart from its body. */
  readonly facts: string;
  /** Store that keeps it; absent where no backup covers it. */
  readonly store?: string;
  /** Arguments by which the server's tools know it. */
  readonly address: Readonly<Record<string, string>>;
}
