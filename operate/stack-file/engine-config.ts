import { encrypted } from '../../config/fields';
import { readYaml } from './yaml';
import { YamlError } from './yaml-error';

type Data = Record<string, unknown>;

/** The files of a project that say how a stack is configured, as texts. */
export interface ConfigFiles {
  /** `Pulumi.<stack>.yaml`. */
  readonly stack: string;
  /** `Pulumi.yaml`, whose own `config` has defaults for every stack. @default a project without any */
  readonly project?: string | undefined;
}

/** What the engine would hand to the program, as far as files tell it. */
export interface EngineConfig {
  /** By full keys such as `memory-fleet:cluster`; encrypted values are a mark. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Whether ESC environments add to it, whose values only the engine can ask for. */
  readonly importsEnvironment: boolean;
}

/** The name of the project, which the engine puts in front of keys that have no other. */
export const projectName = 'memory-fleet';

/**
 * The configuration of a stack as the engine loads it.
 * @throws YamlError where the engine would refuse the files
 * @see https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/workspace/loaders.go
 */
export function engineConfig({ project = '', stack }: ConfigFiles): EngineConfig {
  const { config, environment } = mapOf(readYaml(stack), 'the stack file');
  const values: Data = {};
  for (const [key, value] of Object.entries(mapOf(config, '"config"'))) {
    const full = fullKey(key);
    if (Object.hasOwn(values, full))
      throw new YamlError(`"config" has the key ${full} twice, once without its project`);
    values[full] = value === null ? '' : withMarks(value, full);
  }
  const { config: defaults } = projectOf(project);
  if (isMap(defaults)) applyDefaults(values, defaults);
  return { values, importsEnvironment: environment !== undefined && environment !== null };
}

function projectOf(text: string): Data {
  try {
    return mapOf(readYaml(text), 'it');
  } catch (error) {
    throw error instanceof YamlError
      ? new YamlError(`Pulumi.yaml beside it is no project file: ${error.message}`)
      : error;
  }
}

function mapOf(value: unknown, what: string): Data {
  if (value === undefined || value === null) return {};
  if (!isMap(value)) throw new YamlError(`${what} is no map`);
  return value;
}

function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A key of "config" with its namespace, the project's where it has none; an old spelling has `config:` between the two.
 * @throws YamlError where the key has another form
 */
export function fullKey(key: string): string {
  const parts = key.split(':');
  if (parts.length === 1) return `${projectName}:${key}`;
  if (parts.length === 2) return key;
  if (parts.length === 3 && parts[1] === 'config') return `${parts[0]}:${parts[2]}`;
  throw new YamlError(`"config" has the key ${key}, which is not of the form <namespace>:<name>`);
}

/** A value with a mark in the place of each encrypted one: the engine writes that as a map with the key `secure` alone. */
function withMarks(value: unknown, key: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new YamlError(`${key} holds ${String(value)}, a number that the engine cannot hand on`);
  }
  if (Array.isArray(value)) return value.map((item) => withMarks(item, key));
  if (!isMap(value)) return value;
  if (typeof value.secure === 'string' && Object.keys(value).length === 1) return encrypted;
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, withMarks(held, `${key}.${name}`)]));
}

/** What Pulumi.yaml says where the stack file says nothing: values and defaults, each in a short or in a long form. */
function applyDefaults(values: Data, definitions: Data): void {
  const missing = Object.keys(definitions)
    .sort()
    .filter((key) => {
      const definition = definitions[key];
      const given = isMap(definition) ? (definition.default ?? definition.value) : definition;
      const [first = '', ...path] = (key.includes(':') ? key : `${projectName}:${key}`).split('.');
      if (has(values, [first, ...path])) return false;
      if (given === undefined || given === null) return first.startsWith(`${projectName}:`);
      setAt(values, [first, ...path], given);
      return false;
    });
  if (missing.length > 0)
    throw new YamlError(`Pulumi.yaml asks for the keys ${missing.join(', ')}, which the stack file lacks`);
}

function has(values: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  return isMap(values) && Object.hasOwn(values, first) && has(values[first], rest);
}

function setAt(values: Data, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) values[first] = value;
  else {
    const below = isMap(values[first]) ? { ...values[first] } : {};
    setAt(below, rest, value);
    values[first] = below;
  }
}
