import { type Api, get } from './api';

/** A kind of object as the API server serves it. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What an object is known by on a cluster. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The kinds of a cluster. Each group version is asked for once. */
export interface Kinds {
  /** The kinds of a group version such as `apps/v1`, without subresources; none where it is not served. */
  of(apiVersion: string): Promise<readonly ServedKind[]>;
  /** Undefined where the cluster does not know the kind, for example because an operator is not installed. */
  find(apiVersion: string, kind: string): Promise<ServedKind | undefined>;
  /** Group versions in the version that the server prefers, of the groups that are asked for; `` is the core group. */
  preferred(groups: readonly string[]): Promise<readonly string[]>;
}

interface ResourceList {
  readonly resources: readonly { name: string; kind: string; namespaced: boolean; verbs: readonly string[] }[];
}

interface GroupList {
  readonly groups: readonly { name: string; preferredVersion: { groupVersion: string } }[];
}

/** Looks kinds up by discovery, so that no list of plurals has to be kept here. */
export function kindsOf(api: Api): Kinds {
  const known = new Map<string, Promise<readonly ServedKind[]>>();
  const of = (apiVersion: string) => {
    const asked = known.get(apiVersion) ?? served(api, apiVersion);
    known.set(apiVersion, asked);
    return asked;
  };
  return {
    of,
    find: async (apiVersion, kind) => (await of(apiVersion)).find((each) => each.kind === kind),
    preferred: async (groups) => {
      const all = (await get<GroupList>(api, '/apis'))?.groups ?? [];
      const found = all.filter(({ name }) => groups.includes(name)).map((each) => each.preferredVersion.groupVersion);
      return [...(groups.includes('') ? ['v1'] : []), ...found];
    },
  };
}

/** The path of all objects of a kind, in a namespace or everywhere. */
export function collectionPath({ apiVersion, plural, namespaced }: ServedKind, namespace?: string): string {
  const inside = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPath(apiVersion)}${inside}/${plural}`;
}

/** The path of one object. */
export function objectPath(kind: ServedKind, { name, namespace }: ObjectName['metadata']): string {
  return `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`;
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

async function served(api: Api, apiVersion: string): Promise<readonly ServedKind[]> {
  const list = await get<ResourceList>(api, groupPath(apiVersion));
  return (list?.resources ?? [])
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({ apiVersion, kind, plural: name, namespaced, verbs }));
}
