import { fieldManager } from '../../../components/register/written';
import type { KubernetesObject } from '../../../components/system/described';
import { touches } from '../../live/field-tree';
import { type LiveObject, objectInWords, writersOf } from '../../live/object';
import { hidden } from '../../live/redact';
import type { WithContent } from '../../live/secret-content';
import { writerOf } from '../../live/writer';
import type { Drift } from './finding';

/**
 * How the content of a Secret differs: by its keys, and by who wrote the values. The values themselves cannot be compared and
 * are never shown.
 */
export function contentDrift(wanted: KubernetesObject, live: LiveObject): Drift[] {
  if (wanted.kind !== 'Secret') return [];
  const described = Object.keys((wanted as WithContent).stringData ?? {});
  const found = Object.keys((live as { data?: Record<string, string> }).data ?? {});
  const missing = described.filter((key) => !found.includes(key)).map((key) => drift(live, 'removed', key));
  const added = found.filter((key) => !described.includes(key)).map((key) => drift(live, 'added', key));
  const foreign = described
    .filter((key) => found.includes(key) && !isOurs(live, key))
    .map((key) => ({ ...drift(live, 'changed', key), note: 'written by somebody else; values are not compared' }));
  return [...missing, ...foreign, ...added];
}

/**
 * Whether what is there is what we wrote last. Ours is recorded under `stringData`, which the API server turns into `data`
 * without passing the ownership on, so times tell who came last.
 */
function isOurs(live: LiveObject, key: string): boolean {
  const times = (ours: boolean) =>
    writersOf(live)
      .filter(({ manager }) => (manager === fieldManager) === ours)
      .filter(({ fieldsV1 = {} }) => ['f:data', 'f:stringData'].some((field) => touches(fieldsV1, [field, `f:${key}`])))
      .map(({ time = '' }) => time);
  const [ours, theirs] = [times(true), times(false)];
  return ours.length > 0 && theirs.every((time) => ours.some((own) => own >= time));
}

function drift(live: LiveObject, kind: 'removed' | 'added' | 'changed', key: string): Drift {
  const by = writerOf(live, ['f:data', `f:${key}`], [fieldManager]);
  return {
    object: objectInWords(live),
    kind,
    field: `data.${key}`,
    ...(kind === 'added' ? {} : { described: hidden }),
    ...(kind === 'removed' ? {} : { live: hidden }),
    ...(by === undefined ? {} : { by }),
  };
}
