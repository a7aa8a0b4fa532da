import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import { type JobArgs, runOnceJob } from '../objects/job';
import { imagesOf, rolloutDeadlines } from '../objects/pod';
import { unpinnedWaiver } from './pinning';

export interface MigrationJobArgs extends Omit<JobArgs, 'pod' | 'retries'> {
  /**
   * What migrates, in an image with a POSIX shell and timeout: it ends by itself, lets no other migration run beside it, and
   * changes nothing when it is run again.
   */
  readonly container: IContainer & { readonly command: string[] };
  /** The pod around it. */
  readonly pod: (container: IContainer) => IPodSpec;
  /** Time that one try may take, its wait for the store included, in seconds. */
  readonly seconds: number;
  /** Keys of the objects that it needs, the store among them. */
  readonly after: readonly string[];
  /** Whether it talks to a server outside of the cluster. @default no */
  readonly reachesOut?: boolean;
  readonly imageUnpinnedReason?: string | undefined;
}

const script = readFileSync(join(__dirname, 'migration-job.sh'), 'utf8');

/** Kubernetes doubles the time between two tries, from ten seconds on. */
const retries = 3;

/**
 * One Job for each version of what a store has to have. What it is made of is its name, so that a new version is a new Job
 * and none runs twice. Workloads that need the version come after it: where it fails `up` ends with its last words, nothing
 * of them changes, and the pods of before go on serving.
 *
 * The engine waits wherever nobody has to bring anything first. Pods wait themselves besides, which is what counts
 * elsewhere, for Argo CD, and for pods that are scaled.
 */
export function migrationJob(args: MigrationJobArgs): Described<'Job'> {
  const { container, seconds } = args;
  const command = ['/bin/sh', '-c', script, 'migrate', String(seconds), ...container.command];
  const pod = args.pod({ ...container, command });
  const { metadata, podAnnotations, podLabels } = args;
  const job = runOnceJob({ metadata, podLabels, retries, pod, ...(podAnnotations ? { podAnnotations } : {}) });
  return {
    ...job,
    awaited: true,
    endsWithinSeconds: rolloutDeadlines((retries + 1) * seconds + 10 * 2 ** retries).progress,
    after: args.after,
    reachesOut: args.reachesOut ? [container.name] : [],
    waivers: unpinnedWaiver(args.imageUnpinnedReason, ...imagesOf(pod)),
  };
}
