import type { IEnvVar } from 'kubernetes-models/v1';
import { remoteOf } from '../kit/parts/peer';
import { entryVariable } from '../kit/parts/secret-set';
import { storeSecretVariable } from '../kit/stores/client';
import { postgresTls } from '../kit/stores/postgres/client';
import { redisPlace } from '../kit/stores/redis/client';
import type { Rae } from './instance';
import { names, ports } from './names';

type Values = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Environment of the API and of the workers, which run the same code. Only what some running code of it reads, save for the
 * three budgets of cost control, which are passed on for a version that does.
 * @see https://github.com/dreamsoft-pro/RAE-agentic-memory/blob/main/apps/memory_api/config.py
 */
export function applicationEnvironment(rae: Rae): IEnvVar[] {
  const { secrets, settings } = rae;
  return [
    ...postgresEnvironment(rae, 'pooled'),
    ...redisEnvironment(rae),
    ...variables({ ...qdrant(rae), ...services(rae), ...models(rae), ...memory(rae), ...cost(rae) }),
    ...variables({
      WAIT_SECONDS: settings.waitSeconds,
      // Below WARNING the libraries log the password of Redis.
      LOG_LEVEL: 'WARNING',
      RAE_APP_LOG_LEVEL: settings.api.logLevel,
      RAE_DB_MODE: settings.api.databaseMode,
      RAE_PROFILE: 'standard',
      TENANCY_ENABLED: true,
      // A Python that writes nothing beside its code, on a root file system that it cannot write to.
      PYTHONDONTWRITEBYTECODE: 1,
      HOME: '/tmp',
    }),
    ...entryVariable('SECRET_KEY', secrets.jwtSecret),
    ...entryVariable('API_KEY', secrets.apiMasterKey),
    ...providerKeys(rae),
  ];
}

/** What the API reads besides. JSON: anything else is refused at the start. Behind the proxy it is the proxy that knows the pages. */
export function apiEnvironment({ settings: { api, authentication, otlp } }: Rae): IEnvVar[] {
  return variables({
    ALLOWED_ORIGINS: JSON.stringify(authentication?.mode === 'clients' ? [] : api.allowedOrigins),
    // Said in either case: without a word one part of it traces and the other does not.
    OTEL_TRACES_ENABLED: otlp !== undefined,
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp?.endpoint,
  });
}

/** Beat knows nothing but the queue that it fills; the rest of the application is told what it wants at its import. */
export function beatEnvironment(rae: Rae): IEnvVar[] {
  return [
    ...redisEnvironment(rae),
    ...variables({
      WAIT_SECONDS: rae.settings.waitSeconds,
      LOG_LEVEL: 'WARNING',
      PYTHONDONTWRITEBYTECODE: 1,
      HOME: '/tmp',
    }),
  ];
}

export function migrationEnvironment(rae: Rae): IEnvVar[] {
  return [
    ...postgresEnvironment(rae, 'direct'),
    ...variables({ WAIT_SECONDS: rae.settings.waitSeconds, PYTHONDONTWRITEBYTECODE: 1, HOME: '/tmp' }),
  ];
}

export function mlEnvironment(rae: Rae): IEnvVar[] {
  return [
    ...variables({ OLLAMA_API_BASE: rae.settings.models.ollama, PYTHONDONTWRITEBYTECODE: 1, HOME: '/tmp' }),
    ...providerKeys(rae),
  ];
}

/** Every driver reads how connections are encrypted from variables; the URL is made in the container, see scripts/start.py. */
function postgresEnvironment({ stores: { postgres } }: Rae, way: 'pooled' | 'direct'): IEnvVar[] {
  const { client } = postgres;
  const place = way === 'direct' ? client.direct : client;
  return [
    ...variables({
      POSTGRES_HOST: place.host,
      PGPORT: place.port,
      POSTGRES_DB: client.database,
      POSTGRES_USER: client.user,
    }),
    ...storeSecretVariable('POSTGRES_PASSWORD', client.password.source),
    ...postgresTls(client).env,
  ];
}

function redisEnvironment({ stores: { redis } }: Rae): IEnvVar[] {
  const { client } = redis;
  return client.shows === 'url'
    ? storeSecretVariable('REDIS_URL', client.secret.source)
    : [...redisPlace(client, client.host), ...storeSecretVariable('REDIS_PASSWORD', client.secret.source)];
}

function qdrant({ stores }: Rae): Values {
  const { url } = stores.qdrant.client;
  return {
    QDRANT_URL: url,
    // Workers read these two alone, and take a URL for a host.
    QDRANT_HOST: url,
    QDRANT_PORT: remoteOf(url).port,
    RAE_VECTOR_BACKEND: 'qdrant',
    RAE_EMBEDDING_BACKEND: 'onnx',
  };
}

function services({ settings }: Rae): Values {
  return {
    // On localhost embeddings would be hashes of the text: without the service its own name is given, which nobody has.
    ML_SERVICE_URL: `http://${names.ml}:${ports.ml}`,
    ...(settings.reranker.enabled
      ? { RAE_RERANKER_BACKEND: 'api', RAE_RERANKER_API_URL: `http://${names.reranker}:${ports.reranker}` }
      : {}),
  };
}

function models({ settings: { models: given } }: Rae): Values {
  return {
    RAE_LLM_MODEL_DEFAULT: given.default,
    EXTRACTION_MODEL: given.extraction,
    SYNTHESIS_MODEL: given.synthesis,
    ...(given.ollama === undefined
      ? {}
      : {
          OLLAMA_API_BASE: given.ollama,
          OLLAMA_API_URL: given.ollama,
          OLLAMA_HOSTS: JSON.stringify([given.ollama]),
        }),
  };
}

function memory({ settings: { memory: given } }: Rae): Values {
  return {
    MEMORY_RETENTION_DAYS: given.retentionDays,
    MEMORY_DECAY_RATE: given.decayRate,
    MEMORY_BASE_DECAY_RATE: given.baseDecayRate,
    MEMORY_ACCESS_COUNT_BOOST: given.accessBoost,
    REFLECTIVE_MEMORY_ENABLED: given.reflections !== 'off',
    REFLECTIVE_MEMORY_MODE: given.reflections === 'off' ? 'lite' : given.reflections,
    REFLECTION_MIN_IMPORTANCE_THRESHOLD: given.reflectionMinImportance,
    DREAMING_LOOKBACK_HOURS: given.dreaming.lookbackHours,
    DREAMING_MIN_IMPORTANCE: given.dreaming.minImportance,
    DREAMING_MAX_SAMPLES: given.dreaming.maxSamples,
    SUMMARIZATION_ENABLED: given.summaries.enabled,
    SUMMARIZATION_MIN_EVENTS: given.summaries.minEvents,
  };
}

function cost({ settings: { cost: given } }: Rae): Values {
  return {
    ENABLE_COST_TRACKING: given.tracking,
    DEFAULT_DAILY_LIMIT: given.dailyLimit,
    DEFAULT_MONTHLY_LIMIT: given.monthlyLimit,
    BUDGET_WARNING_THRESHOLD: given.warningThreshold,
  };
}

function providerKeys({ secrets }: Rae): IEnvVar[] {
  return [
    ...entryVariable('OPENAI_API_KEY', secrets.openaiApiKey),
    ...entryVariable('ANTHROPIC_API_KEY', secrets.anthropicApiKey),
    ...entryVariable('GEMINI_API_KEY', secrets.geminiApiKey),
    ...entryVariable('GROK_API_KEY', secrets.grokApiKey),
    ...entryVariable('DEEPSEEK_API_KEY', secrets.deepseekApiKey),
  ];
}

export function variables(values: Values): IEnvVar[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: String(value) }],
  );
}
