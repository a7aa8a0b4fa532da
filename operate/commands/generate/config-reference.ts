import { configKeys, type JsonSchema, keyPrefix } from './json-schema';
import { code, linkTo, prose, table } from './markdown';

const introduction = `# Configuration

<!-- Generated from the schemas of config/ and components/*/settings by \`npm run generate\`; do not edit. -->

A stack is one cluster. \`Pulumi.<stack>.yaml\` says what the cluster is like (\`${keyPrefix}cluster\`) and, by one key for
each, which systems run on it. Every key may be left out unless its table says **required**.

The first line of a stack file, \`# yaml-language-server: $schema=./config/stack.schema.json\`, gives editors completion
and checks as you type. What depends on several keys at once (a host name needs a Gateway, a token from a store needs the
External Secrets operator) only the program knows: \`pulumi preview\` names every such problem before it plans anything.`;

/** The page docs/config.md: every key with what it may be, its default and what it does. */
export function configReference(): string {
  const sections = Object.entries(configKeys()).flatMap(([key, schema]) => topLevel(key, schema));
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function topLevel(key: string, schema: JsonSchema): string[] {
  return [`## ${keyPrefix}${key}`, prose(schema.description ?? ''), ...group(key, schema)];
}

/** The tables of a map, and of every map below it under the full path of its key. */
function group(path: string, schema: JsonSchema): string[] {
  return [
    ...(schema.oneOf
      ? variantTables(path, schema.oneOf)
      : [keyTable(path, schema, Object.keys(schema.properties ?? {}))]),
    ...groupsBelow(path, schema.oneOf ? together(schema.oneOf) : schema).flat(),
  ];
}

/** The keys of several maps as those of one, so that a map which variants have under the same key has one section. */
function together(maps: readonly JsonSchema[]): JsonSchema {
  const [first = {}] = maps;
  const keys = [...new Set(maps.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const properties = keys.map((key) => {
    const those = maps.flatMap((map) => map.properties?.[key] ?? []);
    const [own = {}] = those;
    return [key, those.every(({ properties: inner, oneOf }) => inner && !oneOf) ? together(those) : own] as const;
  });
  const required = first.required?.filter((key) => maps.every((map) => map.required?.includes(key)));
  return { ...first, properties: Object.fromEntries(properties), ...(required ? { required } : {}) };
}

function groupsBelow(path: string, map: JsonSchema): string[][] {
  return Object.entries(map.properties ?? {}).flatMap(([key, schema]) => {
    const [below, inner] = nestedIn(`${path}.${key}`, schema);
    return isGroup(inner) ? [[`### ${below}`, prose(schema.description ?? ''), ...group(below, inner)]] : [];
  });
}

/** What a key holds, or each item of its list, or each value of a map whose names are free, by its path. */
function nestedIn(path: string, schema: JsonSchema): readonly [path: string, schema: JsonSchema] {
  if (schema.items) return [`${path}[]`, schema.items];
  const { additionalProperties: values } = schema;
  return typeof values === 'object' && isGroup(values) ? [`${path}.NAME`, values] : [path, schema];
}

/** A union: what tells its variants apart, the keys that all have, then the keys of each. */
function variantTables(path: string, variants: readonly JsonSchema[]): string[] {
  const discriminator = discriminatorOf(variants[0]);
  const choices = variants.map(({ properties }) => properties?.[discriminator] ?? {});
  const common = Object.keys(variants[0]?.properties ?? {}).filter((key) =>
    variants.every(
      ({ properties }) => JSON.stringify(properties?.[key]) === JSON.stringify(variants[0]?.properties?.[key]),
    ),
  );
  const own = variants.flatMap((variant, index) => {
    const keys = Object.keys(variant.properties ?? {}).filter((key) => key !== discriminator && !common.includes(key));
    if (keys.length === 0) return [];
    return [`Only with ${code(`${discriminator}: ${choices[index]?.const}`)}:`, keyTable(path, variant, keys)];
  });
  return [
    `A map of one of these kinds, told apart by ${code(`${path}.${discriminator}`)}, which is **required** in it:`,
    table(
      [discriminator, 'what it means'],
      choices.map(({ const: choice, description = '' }) => [code(choice), prose(description)]),
    ),
    ...(common.length > 0 ? [`With every ${code(discriminator)}:`, keyTable(path, variants[0] ?? {}, common)] : []),
    ...own,
  ];
}

function keyTable(path: string, { properties = {}, required = [] }: JsonSchema, keys: readonly string[]): string {
  return table(
    ['key', 'value', 'default', 'what it is'],
    keys.map((key) => {
      const schema = properties[key] ?? {};
      const below = `${path}.${key}`;
      return [
        code(below),
        value(below, schema),
        required.includes(key) ? '**required**' : defaultOf(schema),
        prose(schema.description ?? ''),
      ];
    }),
  );
}

/** What a key may hold, in words. */
function value(path: string, schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.items) {
    return isGroup(schema.items) ? linkTo(`${path}[]`, 'list of maps') : `list, each ${value(path, schema.items)}`;
  }
  if (isEncrypted(schema)) return 'an encrypted value';
  if (isGroup(schema)) return linkTo(path, 'map');
  if (typeof schema.additionalProperties === 'object') {
    const [below] = nestedIn(path, schema);
    return `map of ${inWords(schema.propertyNames)} to ${value(below, schema.additionalProperties)}`;
  }
  if (schema.type === 'boolean') return `${code(true)}, ${code(false)}`;
  if (schema.type === 'integer') return `whole number, ${schema.minimum} to ${schema.maximum}`;
  return inWords(schema);
}

function inWords(schema: JsonSchema | undefined): string {
  return prose(schema?.patternErrorMessage?.replace(/^expected /, '') ?? 'text');
}

/** The default; of a map with keys of its own, its keys say it. */
function defaultOf(schema: JsonSchema): string {
  if (schema.default === undefined || schema.properties) return '–';
  return code(typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default));
}

/** Whether a map has known keys, rather than free ones such as labels. */
function isGroup(schema: JsonSchema): boolean {
  return !isEncrypted(schema) && (schema.oneOf !== undefined || schema.properties !== undefined);
}

function isEncrypted({ properties }: JsonSchema): boolean {
  return properties?.secure !== undefined;
}

/** The key by whose value a variant is known. */
function discriminatorOf(variant: JsonSchema | undefined): string {
  const found = Object.entries(variant?.properties ?? {}).find(([, schema]) => schema.const !== undefined);
  if (!found) throw new Error('a union whose variants no key tells apart cannot be documented');
  return found[0];
}
