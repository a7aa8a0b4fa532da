import { inParallel } from '../base/in-parallel';
import { waitFor } from '../base/wait';
import { type Api, type ApiObject, apply, get } from '../cluster/api';
import type { Definitions } from './definitions';

const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const marker = 'memory-fleet.local/definitions';
const sentAt = 'memory-fleet.local/sent-at';

/** Definitions sent at the same time; more only makes the API server queue them. */
const parallel = 3;

/** Seconds until every kind must be served. They cost the API server 20 s of processor time, on a busy machine minutes. */
const patience = 600;

/** Seconds after which a definition that is still not established is sent again. */
const sendAgainAfter = 15;

/**
 * Installs the definitions and waits until the API server serves every kind of them.
 *
 * Each carries the hash of the pins that it came from, so a cluster that has them all is left alone.
 *
 * @param onInstall called with their number where some are missing
 * @throws Error naming the kinds that are not served after ten minutes; Interrupted
 */
export async function ensureDefinitions(
  api: Api,
  definitions: Definitions,
  signal?: AbortSignal,
  onInstall?: (count: number) => void,
): Promise<void> {
  const there = await installed(api, definitions.hash);
  const missing = definitions.crds.filter((crd) => !there.has(crd.metadata.name));
  if (missing.length > 0) onInstall?.(missing.length);
  await install(api, missing, definitions.hash, signal);
  await waitUntilServed(api, definitions, signal);
}

async function install(
  api: Api,
  crds: readonly ApiObject[],
  hash: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await inParallel(crds, (crd) => apply(api, collection, marked(crd, hash)), { width: parallel, signal });
}

/** `group/version/plural` of every version that a definition serves. */
export function servedKinds(crds: readonly ApiObject[]): readonly string[] {
  return crds.flatMap((crd) => {
    const { group, names, versions } = crd.spec as DefinitionSpec;
    return versions.filter((each) => each.served).map((each) => `${group}/${each.name}/${names.plural}`);
  });
}

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string; readonly served: boolean }[];
}

async function installed(api: Api, hash: string): Promise<ReadonlySet<string>> {
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
  const list = await get<{ items: readonly Pick<ApiObject, 'metadata'>[] }>(api, collection, accept);
  const current = (list?.items ?? []).filter((each) => each.metadata.annotations?.[marker] === hash);
  return new Set(current.map((each) => each.metadata.name));
}

/** The time makes sure that sending a definition again is a change, which the API server acts upon. */
function marked(crd: ApiObject, hash: string): ApiObject {
  const annotations = { ...crd.metadata.annotations, [marker]: hash, [sentAt]: new Date().toISOString() };
  return { ...crd, metadata: { ...crd.metadata, annotations } };
}

/**
 * Waits, and sends a definition again whose kind does not appear: an API server that was ended between accepting a
 * definition's names and serving them goes on with it only when the definition changes.
 */
async function waitUntilServed(api: Api, definitions: Definitions, signal?: AbortSignal): Promise<void> {
  let sent = Date.now();
  let missing = definitions.crds;
  const look = async () => {
    const served = await discover(api);
    missing = definitions.crds.filter((crd) => servedKinds([crd]).some((kind) => !served.has(kind)));
    if (missing.length === 0) return true;
    if (Date.now() > sent + sendAgainAfter * 1000) {
      await install(api, await notEstablished(api, missing), definitions.hash, signal);
      sent = Date.now();
    }
    return undefined;
  };
  if ((await waitFor(look, { seconds: patience, period: 200, signal })) !== undefined) return;
  throw new Error(`after ${patience} s the API server does not serve ${servedKinds(missing).join(', ')}`);
}

async function notEstablished(api: Api, crds: readonly ApiObject[]): Promise<readonly ApiObject[]> {
  const found = await Promise.all(
    crds.map(async (crd) => ({ crd, live: await get<Live>(api, `${collection}/${crd.metadata.name}`) })),
  );
  return found
    .filter(
      ({ live }) => !live?.status?.conditions?.some((each) => each.type === 'Established' && each.status === 'True'),
    )
    .map(({ crd }) => crd);
}

interface Live {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

interface Discovery {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly versions?: readonly { readonly version: string; readonly resources?: readonly { resource: string }[] }[];
  }[];
}

async function discover(api: Api): Promise<ReadonlySet<string>> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  const groups = (await get<Discovery>(api, '/apis', accept))?.items ?? [];
  return new Set(
    groups.flatMap((group) =>
      (group.versions ?? []).flatMap((each) =>
        (each.resources ?? []).map(({ resource }) => `${group.metadata.name}/${each.version}/${resource}`),
      ),
    ),
  );
}
