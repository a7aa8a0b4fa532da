import { z } from 'zod';
import { integer, relativePath, text } from '../../../config/fields';

const on = (about: string, byDefault: boolean) => z.boolean().default(byDefault).describe(about);
/** Options of Context Engine's own processes, with the defaults of the seed. */
export const engine = z
  .strictObject({
    collection: text(
      // Upstream takes these two for no name at all, and its own instead.
      /^(?!(my|default)-collection$)[a-z0-9][a-z0-9_.-]{0,62}$/,
      'the name of a collection: lower-case letters, digits, "_", "." and "-"; not my-collection or default-collection',
    )
      .default('codebase')
      .describe('Collection of Qdrant that memories and all repositories share.'),
    embeddingModel: text(/^[\w.-]+\/[\w.-]+$/, 'a model of fastembed, such as BAAI/bge-base-en-v1.5')
      .default('BAAI/bge-base-en-v1.5')
      .describe('Model that turns text into vectors. Another one needs a new collection.'),
    modelsOffline: on(
      'Whether models are only read from the volume and never fetched; needs them there already.',
      false,
    ),
    qdrantTimeoutSeconds: integer(1, 3600).default(60).describe('Time for one request to Qdrant, in seconds.'),
    index: z
      .strictObject({
        chunkLines: integer(10, 10_000).default(120).describe('Lines of one chunk.'),
        chunkOverlap: integer(0, 1000).default(20).describe('Lines that neighbouring chunks share.'),
        microChunks: on('Whether chunks are made of few tokens instead of lines.', true),
        maxMicroChunksPerFile: integer(1, 100_000).default(200).describe('Most of these small chunks of one file.'),
        microChunkTokens: integer(1, 4096).default(16).describe('Tokens of a small chunk.'),
        microChunkStride: integer(1, 4096).default(8).describe('Tokens from one small chunk to the next.'),
        batchSize: integer(1, 10_000).default(64).describe('Chunks that are embedded at once.'),
        upsertBatch: integer(1, 10_000).default(128).describe('Points that are written at once.'),
        upsertRetries: integer(0, 100).default(5).describe('Times that a failed write is tried again.'),
        upsertBackoffMilliseconds: integer(0, 60_000)
          .default(500)
          .describe('Wait before the first of these tries, in milliseconds.'),
        ignoreFile: relativePath
          .default('.qdrantignore')
          .describe('File of a repository that names what is not indexed, in the syntax of .gitignore.'),
        debounceMilliseconds: integer(100, 600_000)
          .default(1500)
          .describe('Quiet time after a change before a watcher indexes, in milliseconds.'),
      })
      .superRefine(({ chunkLines, chunkOverlap, microChunkStride, microChunkTokens }, context) => {
        const problem = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
        if (chunkOverlap >= chunkLines) {
          problem(
            'chunkOverlap',
            `less than chunkLines, which is ${chunkLines}: each chunk must begin behind the one before`,
          );
        }
        if (microChunkStride > microChunkTokens) {
          problem(
            'microChunkStride',
            `at most microChunkTokens, which is ${microChunkTokens}: what lies between two chunks is in none`,
          );
        }
      })
      .prefault({})
      .describe('How repositories are indexed.'),
    search: z
      .strictObject({
        gateFirst: on('Whether small vectors choose the candidates first (ReFRAG).', true),
        candidates: integer(1, 10_000).default(200).describe('Candidates that these choose.'),
        maxSpans: integer(1, 100).default(3).describe('Most places of one file in an answer.'),
        mergeLines: integer(0, 1000).default(4).describe('Lines between two places that still become one.'),
        budgetTokens: integer(16, 100_000).default(512).describe('Tokens of all places in an answer.'),
        tokensPerLine: integer(1, 1000).default(32).describe('Tokens that a line is taken to have.'),
        multipleCollections: on('Whether `context_answer` looks into every collection.', true),
        documentationPass: on('Whether `context_answer` looks into documentation too.', true),
      })
      .prefault({})
      .describe('How the indexer searches.'),
    decoder: z
      .strictObject({
        maxTokens: integer(1, 100_000).default(4000).describe('Most tokens of an answer.'),
        timeoutSeconds: integer(1, 3600).default(180).describe('Time for one answer, in seconds.'),
      })
      .prefault({})
      .describe('How the indexer asks llama.cpp; read only where that runs.'),
    memoryTimeoutSeconds: integer(1, 600)
      .default(6)
      .describe('Time that the indexer gives the memory server for one call, in seconds.'),
    logTools: on('Whether every step of `context_answer` is logged.', false),
  })
  .prefault({});
