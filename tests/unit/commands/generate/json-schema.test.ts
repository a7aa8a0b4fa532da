import assert from 'node:assert/strict';
import { stackSchema } from '../../../../components/stack';
import { configKeys, type JsonSchema, stackFileSchema } from '../../../../operate/commands/generate/json-schema';

/** Every schema of a key, each with the path of the key. */
function keysOf(path: string, schema: JsonSchema): [path: string, schema: JsonSchema][] {
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]): [string, JsonSchema][] => [
      [`${path}.${key}`, child],
      ...keysOf(`${path}.${key}`, child),
    ]),
    ...(schema.items ? keysOf(`${path}[]`, schema.items) : []),
    ...(schema.oneOf ?? []).flatMap((variant) => keysOf(path, variant)),
  ];
}

function at(...path: string[]): JsonSchema {
  const [first = '', ...rest] = path;
  return rest.reduce((schema, key) => schema.properties?.[key] ?? {}, configKeys()[first] ?? {});
}

describe('the JSON Schema of stack files', () => {
  const config = stackFileSchema().properties?.config;

  it('knows every key of the project under its full name, and no other', () => {
    assert.deepEqual(
      Object.keys(config?.properties ?? {}),
      Object.keys(stackSchema.shape).map((key) => `memory-fleet:${key}`),
    );
    assert.equal(config?.additionalProperties, false);
  });

  it('allows what the engine itself writes at the top level, and nothing else', () => {
    const schema = stackFileSchema();
    assert.deepEqual(Object.keys(schema.properties ?? {}), [
      'config',
      'secretsprovider',
      'encryptedkey',
      'encryptionsalt',
      'environment',
    ]);
    assert.equal(schema.additionalProperties, false);
  });

  it('describes every key, so that editors can explain it', () => {
    const silent = Object.entries(configKeys())
      .flatMap(([key, schema]): [string, JsonSchema][] => [[key, schema], ...keysOf(key, schema)])
      .filter(([, { description }]) => !description);
    assert.deepEqual(
      silent.map(([path]) => path),
      [],
    );
  });

  it('says of every pattern in words what it expects', () => {
    const wordless = Object.entries(configKeys())
      .flatMap(([key, schema]) => keysOf(key, schema))
      .filter(([, { pattern, patternErrorMessage }]) => pattern && !patternErrorMessage?.startsWith('expected '));
    assert.deepEqual(
      wordless.map(([path]) => path),
      [],
    );
  });

  it('takes secrets only as the engine encrypts them', () => {
    const { type, required, additionalProperties } = at('secrets', 'memoryMcp', 'token');
    assert.deepEqual(
      { type, required, additionalProperties },
      { type: 'object', required: ['secure'], additionalProperties: false },
    );
  });

  it('demands in each variant of a union the key that tells it apart', () => {
    const variants = at('memoryMcp', 'token').oneOf ?? [];
    assert.deepEqual(
      variants.map(({ properties }) => properties?.source?.const),
      ['existing', 'config', 'externalSecret', 'sealed', 'bootstrap'],
    );
    for (const { required } of variants) assert.ok(required?.includes('source'));
  });

  it('has the defaults, and demands nothing that has one', () => {
    assert.equal(at('memoryMcp', 'volume', 'size').default, '1Gi');
    assert.equal(at('memoryMcp', 'volume').required, undefined);
    assert.deepEqual(at('cluster', 'argocd').required, ['mode', 'repoUrl']);
  });
});
