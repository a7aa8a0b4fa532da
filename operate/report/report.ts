/** How something was found to be. `missing` and `failed` make the whole report fail; `yours` a person has to look at. */
export type Status = 'ok' | 'warning' | 'missing' | 'failed' | 'yours' | 'skipped';

/** One line of a report. */
export interface Finding {
  /** What was looked at, such as `StorageClass ceph-block`. */
  readonly subject: string;
  readonly status: Status;
  /** What was found there. */
  readonly found: string;
  /** What the operator can do about it; every status but `ok` has one. */
  readonly remedy?: string | undefined;
  /** Command line that the remedy speaks of, for a shell. A table would break it into lines, so it is shown below. */
  readonly command?: string | undefined;
}

/** What a command has to tell. */
export interface Report {
  /** Name of the command, such as `doctor`. */
  readonly command: string;
  readonly stack?: string | undefined;
  readonly findings: readonly Finding[];
  /** Figures beside the findings, by name. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Whether nothing is missing and nothing has failed. */
export function isGood({ findings }: Report): boolean {
  return findings.every(({ status }) => status !== 'missing' && status !== 'failed');
}

/** How many findings have which status, in words, such as `12 ok, 1 warning`. */
export function countsInWords({ findings }: Report): string {
  const order: readonly Status[] = ['ok', 'warning', 'missing', 'failed', 'yours', 'skipped'];
  return order
    .map((status) => [findings.filter((each) => each.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
}
