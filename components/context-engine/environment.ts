import type { IEnvVar } from 'kubernetes-models/v1';
import { storeSecretVariable } from '../kit/stores/client';
import { paths, ports } from './names';
import type { ContextEngineSettings } from './settings';
import { running } from './settings/choices';

/** What runs upstream's code. */
export type Role = 'memory' | 'indexer' | 'index' | 'watcher';

type Value = string | number | boolean | undefined;

/** A variable: which roles read it, and its value. */
type Row = readonly [name: string, roles: readonly Role[], value: Value];

const every: readonly Role[] = ['memory', 'indexer', 'index', 'watcher'];
/** Whoever indexes: the server too, whose tools start the same program. */
const indexing: readonly Role[] = ['indexer', 'index', 'watcher'];
const searching: readonly Role[] = ['indexer'];

/**
 * The environment of upstream's processes: each gets the variables that it reads and no others, so that a change
 * restarts the pods that it concerns. tests/unit/context-engine names for each role what its source reads.
 */
export function environment(settings: ContextEngineSettings, role: Role): IEnvVar[] {
  return [
    ...rows(settings).flatMap(([name, roles, value]) =>
      value !== undefined && roles.includes(role) ? [{ name, value: text(value) }] : [],
    ),
    ...storeSecretVariable('QDRANT_API_KEY', settings.qdrant.apiKey),
  ];
}

function rows(settings: ContextEngineSettings): Row[] {
  const { collection, decoder, embeddingModel, index, logTools, memoryTimeoutSeconds, modelsOffline } = settings.engine;
  const { qdrantTimeoutSeconds, search } = settings.engine;
  const runs = running(settings);
  const decodes = runs.llamacpp;
  return [
    ['COLLECTION_NAME', every, collection],
    ['EMBEDDING_MODEL', every, embeddingModel],
    // The library's own default is below /tmp, so that each start would fetch the model again.
    ['FASTEMBED_CACHE_PATH', every, `${paths.models}/fastembed`],
    ['HF_HOME', every, `${paths.models}/huggingface`],
    ['HF_HUB_OFFLINE', every, modelsOffline || undefined],
    // Without it a file of a repository could be taken for a module of the engine.
    ['WORK_ROOTS', ['memory', 'indexer'], '/app'],
    // The root file system is read-only, and nobody's home is anywhere else.
    ['HOME', every, paths.tmp],
    ['QDRANT_URL', every, `http://qdrant:${ports.qdrant.requests}`],
    ['QDRANT_TIMEOUT', indexing, qdrantTimeoutSeconds],
    // Never off: whoever finds a collection without these vectors makes it anew, empty.
    ['REFRAG_MODE', every, true],
    ['INDEX_CHUNK_LINES', indexing, index.chunkLines],
    ['INDEX_CHUNK_OVERLAP', indexing, index.chunkOverlap],
    ['INDEX_MICRO_CHUNKS', indexing, index.microChunks],
    ['MAX_MICRO_CHUNKS_PER_FILE', indexing, index.maxMicroChunksPerFile],
    ['MICRO_CHUNK_TOKENS', indexing, index.microChunkTokens],
    ['MICRO_CHUNK_STRIDE', indexing, index.microChunkStride],
    ['INDEX_BATCH_SIZE', indexing, index.batchSize],
    ['INDEX_UPSERT_BATCH', indexing, index.upsertBatch],
    ['INDEX_UPSERT_RETRIES', indexing, index.upsertRetries],
    ['INDEX_UPSERT_BACKOFF', indexing, index.upsertBackoffMilliseconds / 1000],
    ['QDRANT_IGNORE_FILE', indexing, index.ignoreFile],
    ['WATCH_DEBOUNCE_SECS', ['watcher'], index.debounceMilliseconds / 1000],
    ['REFRAG_GATE_FIRST', searching, search.gateFirst],
    ['REFRAG_CANDIDATES', searching, search.candidates],
    ['MICRO_OUT_MAX_SPANS', searching, search.maxSpans],
    ['MICRO_MERGE_LINES', searching, search.mergeLines],
    ['MICRO_BUDGET_TOKENS', searching, search.budgetTokens],
    ['MICRO_TOKENS_PER_LINE', searching, search.tokensPerLine],
    ['CTX_MULTI_COLLECTION', searching, search.multipleCollections],
    ['CTX_DOC_PASS', searching, search.documentationPass],
    ['DEBUG_CONTEXT_ANSWER', searching, logTools],
    // Upstream takes an unset switch for on, and then waits for a decoder that is not there.
    ['REFRAG_DECODER', searching, decodes],
    ['REFRAG_RUNTIME', searching, decodes ? 'llamacpp' : undefined],
    ['LLAMACPP_URL', searching, decodes ? `http://llamacpp:${ports.llamacpp.requests}` : undefined],
    ['LLAMACPP_TIMEOUT_SEC', searching, decodes ? decoder.timeoutSeconds : undefined],
    ['DECODER_MAX_TOKENS', searching, decodes ? decoder.maxTokens : undefined],
    ['MEMORY_SSE_ENABLED', searching, runs['mcp-memory']],
    ['MEMORY_MCP_URL', searching, runs['mcp-memory'] ? `http://${memoryHost(settings)}:8000/sse` : undefined],
    ['MEMORY_MCP_TIMEOUT', searching, runs['mcp-memory'] ? memoryTimeoutSeconds : undefined],
  ];
}

/**
 * Service by which the indexer reaches memory: past the proxy that guards it from everybody else, because the indexer
 * shows no token.
 */
export function memoryHost({ authentication }: ContextEngineSettings): string {
  return authentication?.mode === 'bearer' ? 'mcp-memory-internal' : 'mcp-memory';
}

function text(value: NonNullable<Value>): string {
  return typeof value === 'boolean' ? (value ? '1' : '0') : String(value);
}
