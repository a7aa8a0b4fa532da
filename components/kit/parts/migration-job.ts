import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer, IPodSpec, IVolume, IVolumeMount } from 'kubernetes-models/v1';
import type { Described } from '../../system/described';
import type { ObjectMeta } from '../../system/planned-object';
import { shortHash } from '../objects/content-hash';
import { runOnceJob } from '../objects/job';
import { hardenedPod, imagesOf, pullSecrets, type RunAs, rolloutDeadlines } from '../objects/pod';
import { type GatedEntry, secretGate } from './gate';
import { unpinnedWaiver } from './pinning';

/** What a database does for migrations: each is a container of its own tools. */
export interface MigrationDatabase {
  /** Waits for the database, and for what an administrator has to put into it; says what is missing. */
  readonly prepare: IContainer;
  /** Goes on running beside a migration and keeps every other one out; `held` is there while it does. */
  readonly lock: IContainer;
  readonly held: { readonly mount: IVolumeMount; readonly file: string };
  /** Writes into the database that a version has been reached. */
  readonly mark: (version: string) => IContainer;
  /** Waits until that is written. @param seconds that it waits at most */
  readonly wait: (version: string, seconds: number) => IContainer;
  readonly volumes: readonly IVolume[];
  /** Time that the first one waits at most, in seconds. */
  readonly prepareSeconds: number;
}

export interface MigrationJobArgs {
  /** Beginning of the Job's name. */
  readonly name: string;
  readonly metadata: (name: string) => ObjectMeta;
  /** Labels of the pod; it talks to the database. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly database: MigrationDatabase;
  /** What migrates: it ends by itself, and a second run changes nothing. */
  readonly container: Omit<IContainer, 'name' | 'args'> & { readonly image: string; readonly command: string[] };
  /** Further steps before it, each of which ends by itself. @default none */
  readonly before?: readonly IContainer[];
  readonly volumes?: readonly IVolume[];
  /** Time that one try may take, in seconds. */
  readonly seconds: number;
  /** Times that a failed one is tried again. @default 2 */
  readonly retries?: number;
  /** Secrets that it cannot start without. */
  readonly entries: readonly GatedEntry[];
  readonly runAs: RunAs;
  readonly serviceAccountName: string;
  readonly imagePullSecrets: readonly string[];
  readonly placement?: Pick<IPodSpec, 'affinity'>;
  /** Keys of the objects that it needs, the database among them. */
  readonly after: readonly string[];
  readonly imageUnpinnedReason?: string | undefined;
}

/** A migration, and what the pods need that it is for. */
export interface Migration {
  readonly job: Described<'Job'>;
  /**
   * First init container of every pod that needs the version: it waits until the Job has ended well. Volumes of the pod must
   * have those of it.
   */
  readonly awaiting: { readonly container: IContainer; readonly volumes: readonly IVolume[]; readonly seconds: number };
}

const script = readFileSync(join(__dirname, 'migration-job.sh'), 'utf8');

/**
 * One Job for each version of a schema. What it is made of is its name, so that a new version is a new Job and none runs
 * twice. Two never run at once: each holds a lock of the database, which goes with its session.
 *
 * Nothing that needs the version starts before: the engine waits for the Job wherever nobody has to bring anything first, and
 * each pod waits itself, which is what counts for Argo CD and for pods that are scaled. Where the Job fails, the pods of
 * before go on serving.
 */
export function migrationJob(args: MigrationJobArgs): Migration {
  const { container, database, name, retries = 2, seconds } = args;
  const { namespace = 'default' } = args.metadata(name);
  const gate = secretGate({ image: container.image, namespace, entries: args.entries });
  const { command, volumeMounts = [], ...rest } = container;
  const { file, mount } = database.held;
  const migrate: IContainer = {
    ...rest,
    name: 'migrate',
    command: ['/bin/sh', '-c', script, 'migrate', file, String(seconds), ...command],
    volumeMounts: [...volumeMounts, mount],
  };
  const version = shortHash([migrate, args.before ?? [], database.prepare]);
  const pod = hardenedPod(args.runAs, {
    serviceAccountName: args.serviceAccountName,
    ...pullSecrets(args.imagePullSecrets),
    ...args.placement,
    initContainers: [...gate.initContainers, database.prepare, database.lock, ...(args.before ?? []), migrate],
    containers: [database.mark(version)],
    volumes: [...database.volumes, ...(args.volumes ?? []), ...gate.volumes],
  });
  // A try waits as long for the lock as it may work. Kubernetes doubles the time between two tries, from ten seconds on.
  const total = (retries + 1) * (database.prepareSeconds + 2 * seconds) + 10 * 2 ** retries;
  const job = runOnceJob({ metadata: args.metadata(name), podLabels: args.podLabels, retries, pod });
  const deadline = rolloutDeadlines(total).progress;
  return {
    job: {
      ...job,
      awaited: true,
      endsWithinSeconds: deadline,
      after: args.after,
      waivers: unpinnedWaiver(args.imageUnpinnedReason, ...imagesOf(pod)),
    },
    awaiting: {
      container: database.wait(version, deadline),
      volumes: database.volumes,
      seconds: deadline,
    },
  };
}
