import { z } from 'zod';
import { stackSchema } from '../../../components/stack';
import { encryptedValue, image } from '../../../config/fields';

/** A JSON Schema (draft 7), as far as the files here make or read it. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  /** What editors say when the pattern does not fit. It completes the sentence "expected …". */
  readonly patternErrorMessage?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>;
  readonly propertyNames?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
}

/** Prefix of the project's own keys in a stack file. */
export const keyPrefix = 'memory-fleet:';

/** A value that only the engine can read. */
const encrypted: JsonSchema = {
  type: 'object',
  properties: {
    secure: {
      type: 'string',
      minLength: 1,
      description: 'The encrypted value, as `pulumi config set --secret` wrote it.',
    },
  },
  required: ['secure'],
  additionalProperties: false,
};

/** The project's own keys, without their prefix: the same that the program accepts, but for constraints across several keys. */
export function configKeys(): Readonly<Record<string, JsonSchema>> {
  const schema = z.toJSONSchema(stackSchema, {
    target: 'draft-7',
    io: 'input',
    // What has no counterpart must be given one here; a schema that quietly allows anything helps nobody.
    unrepresentable: ({ zodSchema }) => (is(zodSchema, encryptedValue) ? (encrypted as Generated) : 'throw'),
    override: ({ zodSchema, jsonSchema }) => {
      if (jsonSchema.pattern === undefined) return;
      const expected = expectedBy(zodSchema);
      if (expected) jsonSchema.patternErrorMessage = `expected ${expected}`;
      if (!is(zodSchema, image)) return;
      // A refinement has no counterpart; this is the one that a pattern can express.
      jsonSchema.pattern = jsonSchema.pattern.replace('^', '^(?!.*:latest(@|$))');
      jsonSchema.patternErrorMessage += ', never latest';
    },
  }) as JsonSchema;
  return schema.properties ?? {};
}

type Generated = z.core.JSONSchema.JSONSchema;

function is(schema: z.core.$ZodType, other: z.core.$ZodType): boolean {
  return schema === other;
}

/** What a text field says that it expects, see `text` in config/fields.ts. */
function expectedBy(schema: z.core.$ZodType): string | undefined {
  const said = z.core.safeParse(schema, undefined).error?.issues[0]?.message;
  return said?.startsWith('Invalid input') ? undefined : said;
}

/** The schema of a whole `Pulumi.<stack>.yaml`, for editors. */
export function stackFileSchema(): JsonSchema {
  const text = (description: string): JsonSchema => ({ type: 'string', description });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Stack file of memory-fleet',
    description: 'Pulumi.<stack>.yaml: what one cluster is like, and what runs on it.',
    type: 'object',
    properties: {
      config: {
        description: 'The configuration. Keys of other namespaces, such as kubernetes:, are left alone.',
        type: 'object',
        properties: Object.fromEntries(Object.entries(configKeys()).map(([key, schema]) => [keyPrefix + key, schema])),
        patternProperties: { [`^(?!${keyPrefix})[^:]+:`]: {} },
        additionalProperties: false,
      },
      secretsprovider: text('What encrypts the values of this stack; written by the engine.'),
      encryptedkey: text('The encrypted data key of a secrets provider in a cloud; written by the engine.'),
      encryptionsalt: text('Salt of the passphrase that encrypts the values of this stack; written by the engine.'),
      environment: { description: 'Pulumi ESC environments that this stack imports.' },
    },
    additionalProperties: false,
  };
}
