import { type UsedEntry, usedEntries } from '../kit/parts/secret-set';
import type { EntryUses, SecretSetPlace } from '../kit/settings/secret-set';
import { type StoreSize, sizedBy } from '../kit/settings/sized';
import { idOf } from './names';
import { type InstanceSettings, tiers } from './settings';
import { type Entry, entries } from './settings/secrets';
import { type Size, sizeOf } from './settings/sizes';

/** One instance, with everything that follows from its name and its preset. */
export interface Instance {
  /** Its name in the stack file. */
  readonly name: string;
  /** Its name among everything in the stack. */
  readonly id: string;
  readonly namespace: string;
  readonly settings: InstanceSettings;
  /** Resources and volumes. */
  readonly size: Size;
  /** What the server takes itself for. */
  readonly tier: (typeof tiers)[number];
  /** The entries of its Secret that it reads. */
  readonly secrets: { readonly [E in Entry]?: UsedEntry };
}

/** Path of a key of an instance, from the top of the stack file. */
export function keyOf(name: string, ...path: readonly PropertyKey[]): readonly PropertyKey[] {
  return ['personalKnowledge', 'instances', name, ...path];
}

export function instanceOf(name: string, settings: InstanceSettings): Instance {
  const id = idOf(name);
  return {
    name,
    id,
    namespace: settings.namespace.name ?? id,
    settings,
    size: sized(settings, sizeOf(name, settings.preset)),
    tier: settings.tier ?? tiers.find((tier) => tier === name) ?? 'private',
    secrets: usedEntries(secretsOf(name, settings)),
  };
}

/** Whether the server itself has a graph, which it looks for at its start: FalkorDB is the only one that it knows. */
export function hasGraphTools({ graph }: InstanceSettings): boolean {
  return graph.kind === 'falkordb';
}

/** What an instance reads: what its parts need, and what it names. */
function entryUses({ embedding, graph, postgres, secrets: set }: InstanceSettings): EntryUses<Entry> {
  return {
    openaiKey: embedding.provider === 'openai' ? 'required' : 'unused',
    postgresPassword: postgres.enabled ? 'required' : 'unused',
    graphPassword: graph.kind === 'falkordb' ? 'required' : 'unused',
    neo4jPassword: graph.kind === 'neo4j' ? 'required' : 'unused',
    // Once it is named Chroma asks for it: it would else take everybody in while it is missing.
    chromaToken: set.entries.chromaToken ? 'required' : 'optional',
    githubToken: 'optional',
    gitToken: 'optional',
  };
}

/** The Secret of an instance, as the kit takes it. */
export function secretsOf(name: string, settings: InstanceSettings): SecretSetPlace<Entry> {
  return { entries, uses: entryUses(settings), settings: settings.secrets, path: keyOf(name, 'secrets') };
}

/** A size with what the settings say themselves. */
function sized({ chroma, graph, postgres, quota, server }: InstanceSettings, size: Size): Size {
  type Own = Pick<typeof chroma, 'resources' | 'storage'>;
  const store = (own: Own, { resources, storage }: StoreSize): StoreSize => ({
    resources: sizedBy(resources, own.resources),
    storage: own.storage.size ?? storage,
  });
  const said = Object.entries(quota).filter(([, amount]) => amount !== undefined);
  return {
    server: sizedBy(size.server, server.resources),
    chroma: store(chroma, size.chroma),
    postgres: store(postgres, size.postgres),
    graph: graph.kind === 'none' ? size.graph : store(graph, size.graph),
    data: server.data.size ?? size.data,
    quota: { ...size.quota, ...Object.fromEntries(said) },
  };
}
