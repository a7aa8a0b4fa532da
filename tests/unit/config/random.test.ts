import assert from 'node:assert/strict';
import { z } from 'zod';
import { stackSchema } from '../../../components/stack';
import { isRandom } from '../../../config/random';
import { innerOf } from '../../../config/schema-walk';

// Written by hand: whether chance may make a value, or only somebody can give it.
const random: Readonly<Record<string, boolean>> = {
  'memoryMcp.token': false,
  'memoryMcp.bearer': true,
  'memoryMcp.backupPassword': true,
  'contextEngine.backupPassword': true,
  'contextEngine.bearer': true,
  'contextEngine.qdrantKey': true,
  'personalKnowledge.NAME.openaiKey': false,
  'personalKnowledge.NAME.postgresPassword': true,
  'personalKnowledge.NAME.graphPassword': true,
  'personalKnowledge.NAME.neo4jPassword': true,
  'personalKnowledge.NAME.chromaToken': true,
  'personalKnowledge.NAME.githubToken': false,
  'personalKnowledge.NAME.gitToken': false,
  'personalKnowledge.NAME.bearer': true,
  'personalKnowledge.NAME.backupPassword': true,
  'rae.postgresPassword': true,
  'rae.redisPassword': true,
  'rae.redisUrl': false,
  'rae.jwtSecret': true,
  'rae.apiMasterKey': true,
  'rae.openaiApiKey': false,
  'rae.anthropicApiKey': false,
  'rae.geminiApiKey': false,
  'rae.grokApiKey': false,
  'rae.deepseekApiKey': false,
  'rae.clients.NAME': true,
  'rae.backupPassword': true,
};

/** Every encrypted value below a schema, free names as NAME. */
function leavesOf(schema: z.ZodType, path: readonly string[] = []): string[] {
  const inner = innerOf(schema);
  if (inner) return leavesOf(inner, path);
  if (schema instanceof z.ZodRecord) return leavesOf(schema.valueType as z.ZodType, [...path, 'NAME']);
  if (!(schema instanceof z.ZodObject)) return [path.join('.')];
  return Object.entries(schema.shape).flatMap(([key, held]) => leavesOf(held as z.ZodType, [...path, key]));
}

describe('secrets that chance may make', () => {
  it('are marked in the schema of every system', () => {
    const found = leavesOf(stackSchema.shape.secrets as z.ZodType);
    assert.deepEqual(
      Object.fromEntries(found.map((path) => [path, isRandom(stackSchema, ['secrets', ...path.split('.')])])),
      random,
    );
  });
});
