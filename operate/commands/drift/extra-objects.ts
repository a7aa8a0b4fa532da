import { builtInKinds, customResourceGroups } from '../../../components/register/kinds';
import { fieldManager } from '../../../components/register/written';
import { inParallel } from '../../base/in-parallel';
import { type Api, get } from '../../cluster/api';
import { collectionPath, type Kinds, type ServedKind } from '../../cluster/kinds';
import { isController } from '../../live/managers';
import { type LiveObject, objectInWords, writersOf } from '../../live/object';
import { lastWriter } from '../../live/writer';
import type { Drift } from './finding';

const partOf = 'app.kubernetes.io/part-of=memory-fleet';
const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** What outlives its description on purpose. */
const keepsData: ReadonlySet<string> = new Set(['Namespace', 'PersistentVolumeClaim']);

/**
 * Objects that carry our labels or that we wrote, and that no plan has. Looked for among the kinds that this program can
 * register: by label everywhere, by field manager in the namespaces of the plan.
 */
export async function extraObjects(
  api: Api,
  kinds: Kinds,
  described: ReadonlySet<string>,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<Drift[]> {
  const places = (await searchedKinds(kinds)).flatMap((kind) => [
    { kind, path: `${collectionPath(kind)}?labelSelector=${encodeURIComponent(partOf)}` },
    ...(kind.namespaced ? namespaces.map((namespace) => ({ kind, path: collectionPath(kind, namespace) })) : []),
  ]);
  const found = await inParallel(places, ({ kind, path }) => search(api, kind, path), { signal });
  const objects = new Map(found.flat().map((object) => [objectInWords(object), object]));
  return [...objects].filter(([name, object]) => !described.has(name) && isOurs(object)).map(toDrift);
}

async function searchedKinds(kinds: Kinds): Promise<readonly ServedKind[]> {
  const builtIn = await inParallel(builtInKinds, (type) => {
    const end = type.lastIndexOf('/');
    return kinds.find(type.slice(0, end), type.slice(end + 1));
  });
  const versions = await kinds.preferred([...customResourceGroups]);
  const custom = (await inParallel(versions, (version) => kinds.of(version))).flat();
  return [...builtIn, ...custom].filter((kind) => kind?.verbs.includes('list')) as readonly ServedKind[];
}

async function search(api: Api, { apiVersion, kind }: ServedKind, path: string): Promise<LiveObject[]> {
  const list = await get<{ items: LiveObject[] }>(api, path, metadataOnly);
  // Items of a list of metadata do not say their own kind.
  return (list?.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
}

/** What a controller made out of an object of ours may carry its labels, and goes with it. */
function isOurs(object: LiveObject): boolean {
  if ((object.metadata.ownerReferences ?? []).length > 0) return false;
  const writers = writersOf(object).map(({ manager }) => manager);
  if (writers.includes(fieldManager)) return true;
  const labelled = object.metadata.labels?.['app.kubernetes.io/part-of'] === 'memory-fleet';
  return labelled && !writers.every(isController);
}

function toDrift([name, object]: [string, LiveObject]): Drift {
  const by = lastWriter(object);
  return {
    object: name,
    kind: 'extra',
    ...(by === undefined ? {} : { by }),
    ...(keepsData.has(object.kind) ? { ownedBy: 'nobody', note: 'kept because it holds data' } : {}),
  };
}
