import type { IJob } from 'kubernetes-models/batch/v1';
import type { IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta, PlannedObject } from '../../system/planned-object';
import { shortHash } from './content-hash';

export interface JobArgs {
  /** Metadata whose name is the beginning of the Job's. */
  readonly metadata: ObjectMeta;
  /** Labels of the pods, by which network policies know them. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Annotations of the pods; a changed one makes a new Job. */
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Times that a failed pod is tried again. */
  readonly retries: number;
  readonly pod: IPodSpec;
}

/** The name of a Job becomes a label of its pods, which is at most so long. */
const longestName = 63;
const hashLength = 10;

/**
 * A Job that runs once for what it does: its name carries the hash of its spec. The template of a Job cannot change, so a
 * change makes a new Job and the old one goes; the same Job is made once and never again. It stays when it has ended,
 * because one that vanished would be made anew, and run anew, by the next `up`.
 *
 * It has no deadline, which would count from its creation: its pod may wait for what somebody brings days after `up`, and a
 * Job whose time is up is never run again. A container that may hang is run under `timeout`.
 *
 * The engine does not wait for its end unless its description says so (`awaited`).
 */
export function runOnceJob(args: JobArgs): Described<'Job'> {
  const annotations = args.podAnnotations;
  const spec: NonNullable<IJob['spec']> = {
    backoffLimit: args.retries,
    template: {
      metadata: { labels: args.podLabels, ...(annotations ? { annotations } : {}) },
      spec: { restartPolicy: 'Never', ...args.pod },
    },
  };
  const name = hashedName(args.metadata.name.slice(0, longestName - hashLength - 1), spec);
  return { object: { apiVersion: 'batch/v1', kind: 'Job', metadata: { ...args.metadata, name }, spec } };
}

/** The same Job under the name that its spec asks for. */
export function rehashed(job: PlannedObject<'Job'>): PlannedObject<'Job'> {
  const { metadata, spec } = job;
  return { ...job, metadata: { ...metadata, name: hashedName(metadata.name.slice(0, -hashLength - 1), spec) } };
}

function hashedName(beginning: string, spec: unknown): string {
  return `${beginning}-${specHash(spec)}`;
}

/** What the name of a Job with this spec ends with. */
export function specHash(spec: unknown): string {
  return shortHash(spec, hashLength);
}
