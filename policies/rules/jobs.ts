import { specHash } from '../../components/kit/objects/job';
import type { Rule } from '../rule';

export const hashedJobs: Rule = {
  name: 'hashed-jobs',
  demand: "a Job's name ends with the hash of its spec: its template cannot change, so that a change must be a new Job",
  check(object) {
    if (object.kind !== 'Job') return [];
    const { spec } = object;
    return [
      ...(object.metadata.name.endsWith(`-${specHash(spec)}`) ? [] : ['could not be changed: its name says no hash']),
      ...(spec?.ttlSecondsAfterFinished === undefined
        ? []
        : ['vanishes when it has ended, and would then be run anew']),
    ];
  },
};
