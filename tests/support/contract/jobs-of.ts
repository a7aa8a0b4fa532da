import assert from 'node:assert/strict';
import type { ICronJob } from 'kubernetes-models/batch/v1';
import type { IConfigMap, IPodSpec } from 'kubernetes-models/v1';
import { describeStack, parseStack } from '../../../components/stack';

/**
 * The pods of the Jobs that back up a stack's only system, with its ConfigMaps.
 *
 * @param key of the Jobs in the plan
 */
export function jobsOf(config: Readonly<Record<string, unknown>>, key: string) {
  const [system] = describeStack(parseStack(config, 'contract')).systems;
  assert.ok(system);
  const objects = Object.values(system.objects).map(({ object }) => object);
  const configMaps = Object.fromEntries(
    objects
      .filter(({ kind }) => kind === 'ConfigMap')
      .map((object) => [object.metadata.name, (object as IConfigMap).data ?? {}]),
  );
  const podOf = (name: string) => {
    const job = system.objects[`${key}${name}`]?.object as ICronJob | undefined;
    return job?.spec?.jobTemplate.spec?.template.spec as IPodSpec;
  };
  return { configMaps, backup: podOf(''), restore: podOf('Restore'), drill: podOf('Drill') };
}
