import type { IEnvVar } from 'kubernetes-models/v1';
import type { ClusterFacts } from '../../config/cluster';
import { anyAddress } from '../kit/parts/listening';
import { entryVariable } from '../kit/parts/secret-set';
import { chromaPorts } from '../kit/stores/chroma/objects';
import { falkordbPorts } from '../kit/stores/falkordb/objects';
import { neo4jPorts, neo4jUserName } from '../kit/stores/neo4j/objects';
import type { Instance } from './instance';
import { dataPath, modelsPath, names, port } from './names';
import { tiers } from './settings';

type Values = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Environment of the server, and of its command line in the same container. Only what some running code of it reads: the
 * reference of upstream names more.
 * @see https://github.com/sethships/PersonalKnowledgeMCP
 */
export function environment(instance: Instance, cluster: ClusterFacts): IEnvVar[] {
  const { secrets } = instance;
  return [
    ...variables({ ...general(instance, cluster), ...embedding(instance), ...stores(instance) }),
    ...entryVariable('OPENAI_API_KEY', secrets.openaiKey),
    ...entryVariable('GITHUB_PAT', secrets.githubToken),
    ...entryVariable('GIT_PAT', secrets.gitToken),
    ...entryVariable(`${prefixOf(instance.tier)}_CHROMADB_AUTH_TOKEN`, secrets.chromaToken),
    ...entryVariable('CHROMADB_AUTH_TOKEN', secrets.chromaToken),
    ...entryVariable('FALKORDB_PASSWORD', secrets.graphPassword),
    ...entryVariable('NEO4J_PASSWORD', secrets.neo4jPassword),
  ];
}

function general({ settings, tier }: Instance, cluster: ClusterFacts): Values {
  const { authentication, server } = settings;
  const guarded = authentication?.mode === 'bearer';
  const ttl = server.sessionSeconds * 1000;
  return {
    NODE_ENV: 'production',
    HTTP_TRANSPORT_ENABLED: true,
    // Behind the proxy the server is reached through it alone, even where nothing enforces network policies.
    HTTP_HOST: guarded ? '127.0.0.1' : anyAddress(cluster),
    HTTP_PORT: port,
    HTTP_MAX_SSE_SESSIONS: server.maxSessions,
    HTTP_MAX_STREAMABLE_SESSIONS: server.maxSessions,
    HTTP_SSE_SESSION_TTL_MS: ttl,
    HTTP_STREAMABLE_SESSION_TTL_MS: ttl,
    LOG_LEVEL: server.logLevel,
    LOG_FORMAT: server.logFormat,
    DATA_PATH: dataPath,
    // The server's own default is a folder of wherever it was started.
    CLONE_PATH: `${dataPath}/repositories`,
    CHUNK_MAX_TOKENS: server.chunkMaxTokens,
    CHUNK_OVERLAP_TOKENS: server.chunkOverlapTokens,
    DEFAULT_INSTANCE: tier,
    // With true the server asks itself for a token at its start, has none, and ends.
    REQUIRE_AUTH_FOR_DEFAULT_INSTANCE: false,
    ...Object.fromEntries(tiers.map((each) => [`${prefixOf(each)}_ENABLED`, each === tier])),
    // It knows clients by the address of the connection, so that behind anything they are all one: whatever stands in
    // front limits them, and judges the origins of web pages.
    RATE_LIMIT_ENABLED: false,
    CORS_ENABLED: authentication?.mode === 'none' || authentication === undefined,
  };
}

function embedding({ settings: { embedding: given } }: Instance): Values {
  const common: Values = {
    EMBEDDING_PROVIDER: given.provider === 'local' ? 'transformersjs' : given.provider,
    EMBEDDING_MODEL: given.model,
    EMBEDDING_DIMENSIONS: given.dimensions,
    EMBEDDING_BATCH_SIZE: given.batchSize,
    EMBEDDING_MAX_RETRIES: given.maxRetries,
    EMBEDDING_TIMEOUT_MS: given.timeoutSeconds * 1000,
  };
  switch (given.provider) {
    case 'openai':
      return { ...common, OPENAI_BASE_URL: given.baseUrl, OPENAI_ORGANIZATION: given.organization };
    case 'local':
      return { ...common, TRANSFORMERS_CACHE: modelsPath };
    case 'ollama':
      return { ...common, OLLAMA_BASE_URL: given.url };
  }
}

/** Where the stores are, for the server and, by other names, for its command line. */
function stores({ settings: { graph, server }, tier }: Instance): Values {
  return {
    [`${prefixOf(tier)}_CHROMADB_HOST`]: names.chroma,
    [`${prefixOf(tier)}_CHROMADB_PORT`]: chromaPorts.requests,
    CHROMADB_HOST: names.chroma,
    CHROMADB_PORT: chromaPorts.requests,
    WAIT_SECONDS: server.waitSeconds,
    ...graphs[graph.kind],
  };
}

/** The server knows FalkorDB alone, and has no graph where it is not told of one; its command line knows both. */
const graphs: Readonly<Record<Instance['settings']['graph']['kind'], Values>> = {
  falkordb: {
    FALKORDB_HOST: names.falkordb,
    FALKORDB_PORT: falkordbPorts.requests,
    FALKORDB_USER: 'default',
    FALKORDB_DATABASE: 'knowledge_graph',
    FALKORDB_GRAPH_NAME: 'knowledge_graph',
    GRAPH_ADAPTER: 'falkordb',
  },
  neo4j: {
    NEO4J_HOST: names.neo4j,
    NEO4J_BOLT_PORT: neo4jPorts.bolt,
    NEO4J_USER: neo4jUserName,
    GRAPH_ADAPTER: 'neo4j',
  },
  none: {},
};

function prefixOf(tier: Instance['tier']): string {
  return `INSTANCE_${tier.toUpperCase()}`;
}

function variables(values: Values): IEnvVar[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}
