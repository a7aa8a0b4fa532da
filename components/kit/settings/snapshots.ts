import { z } from 'zod';
import type { ClusterFacts } from '../../../config/cluster';
import type { Constraint } from '../../../config/constraint';
import { cronSchedule, integer, objectName } from '../../../config/fields';
import { perCluster } from '../../../config/promotion';
import { checkTiming } from './timing';

const day = 86_400;

/** Snapshots of volumes by their storage, the other way of backup; absent = none are made. */
export const snapshots = (defaults: { readonly schedule: string }) =>
  z
    .strictObject({
      className: perCluster(
        objectName.optional().describe('VolumeSnapshotClass. Default: cluster.volumeSnapshots.className.'),
      ),
      schedule: cronSchedule.default(defaults.schedule).describe('When snapshots are made, in UTC.'),
      keep: integer(1, 365).default(7).describe('Number of newest complete sets that are kept.'),
      quiesce: z
        .boolean()
        .default(false)
        .describe(
          'Whether the servers that write are stopped while the volumes are cut, for seconds to minutes: else each volume is as after a power cut.',
        ),
      deadlineSeconds: integer(60, day)
        .default(1800)
        .describe('Time until every snapshot of a set can be used, in seconds.'),
      maxAgeSeconds: integer(3600, 60 * day)
        .default(36 * 3600)
        .describe('Age of the last good set at which the alert goes off, in seconds.'),
    })
    .superRefine(({ deadlineSeconds, maxAgeSeconds, schedule }, context) => {
      const paths = { schedule: ['schedule'], deadlineSeconds: ['deadlineSeconds'], maxAgeSeconds: ['maxAgeSeconds'] };
      checkTiming({ schedule, deadlineSeconds, maxAgeSeconds }, paths, context);
    })
    .optional();

export type SnapshotSettings = NonNullable<z.output<ReturnType<typeof snapshots>>>;

/** Snapshots need storage that makes them, which no cluster has by itself. */
export function snapshotsConstraint(
  path: readonly PropertyKey[],
  settings: SnapshotSettings | undefined,
  { volumeSnapshots }: Pick<ClusterFacts, 'volumeSnapshots'>,
): Constraint {
  return {
    path,
    expected: 'none, or cluster.volumeSnapshots set: the storage of a cluster makes them, by a CSI driver that can',
    satisfied: settings === undefined || volumeSnapshots !== undefined,
  };
}
