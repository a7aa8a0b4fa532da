import { type Change, on } from '../impact-change';

/** Changes of single values of Context Engine, on the stack that has every process. */
export function contextEngineSettingChanges(): Change[] {
  const changes = Object.entries(values).map(([path, to]) => on('engine-ingress')(`contextEngine.${path}`, to));
  return [...changes, ...resourceChanges()];
}

const digest = `sha256:${'0'.repeat(64)}`;

const values: Readonly<Record<string, unknown>> = {
  image: 'registry.example/context-engine:2',
  imagePullSecrets: ['registry'],
  imageUnpinnedReason: 'this registry gives no digests',
  'qdrant.image': 'docker.io/qdrant/qdrant:v1.15.5-unprivileged',
  'indexer.autoscaling.minReplicas': 2,
  'indexer.autoscaling.maxReplicas': 1,
  'indexer.autoscaling.cpuPercent': 50,
  'engine.collection': 'other',
  'engine.embeddingModel': 'BAAI/bge-small-en-v1.5',
  'engine.modelsOffline': true,
  'engine.qdrantTimeoutSeconds': 120,
  'engine.index.chunkLines': 60,
  'engine.index.chunkOverlap': 10,
  'engine.index.microChunks': false,
  'engine.index.maxMicroChunksPerFile': 100,
  'engine.index.microChunkTokens': 32,
  'engine.index.microChunkStride': 16,
  'engine.index.batchSize': 32,
  'engine.index.upsertBatch': 64,
  'engine.index.upsertRetries': 3,
  'engine.index.upsertBackoffMilliseconds': 1000,
  'engine.index.ignoreFile': '.indexignore',
  'engine.index.debounceMilliseconds': 3000,
  'engine.search.gateFirst': false,
  'engine.search.candidates': 100,
  'engine.search.maxSpans': 5,
  'engine.search.mergeLines': 8,
  'engine.search.budgetTokens': 1024,
  'engine.search.tokensPerLine': 16,
  'engine.search.multipleCollections': false,
  'engine.search.documentationPass': false,
  'engine.decoder.maxTokens': 2000,
  'engine.decoder.timeoutSeconds': 60,
  'engine.memoryTimeoutSeconds': 10,
  'engine.logTools': true,
  'llamacpp.image': `ghcr.io/ggml-org/llama.cpp:server-b6940@${digest}`,
  'llamacpp.model.url': 'https://models.example/other.gguf',
  'llamacpp.model.file': 'other.gguf',
  'llamacpp.model.sha256': '0'.repeat(64),
  'llamacpp.model.secretName': 'models-token',
  'llamacpp.fetchImage': 'docker.io/curlimages/curl:8.17.0',
  'llamacpp.contextSize': 8192,
  'llamacpp.gpu': {},
  'llamacpp.gpu.count': 2,
  'llamacpp.gpu.layers': 20,
  'llamacpp.gpu.resource': 'amd.com/gpu',
  'llamacpp.startupBudgetSeconds': 1800,
  'llamacpp.fetchBudgetSeconds': 3600,
  'indexing.deadlineSeconds': 7200,
  'indexing.retries': 3,
  waitSeconds: 1200,
  startupBudgetSeconds: 1800,
  'backup.schedule': '@daily',
  'backup.keep': 14,
  'backup.deadlineSeconds': 7200,
  'backup.maxAgeSeconds': 172_800,
};

function resourceChanges(): Change[] {
  const change = on('engine-ingress');
  return ['qdrant', 'memory', 'indexer', 'llamacpp', 'watcher', 'indexing'].flatMap((part) => [
    change(`contextEngine.${part}.resources.cpu`, '750m'),
    change(`contextEngine.${part}.resources.memory`, '1536Mi'),
    change(`contextEngine.${part}.resources.cpuLimit`, '4'),
    change(`contextEngine.${part}.resources.memoryLimit`, '6Gi'),
  ]);
}
