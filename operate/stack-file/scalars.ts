import { YamlError } from './yaml-error';

// The engine reads YAML by gopkg.in/yaml.v3: 1.2 with what is left of 1.1. This is its way to take a plain text for a value.
// @see https://github.com/go-yaml/yaml/blob/v3.0.1/resolve.go

type Scalar = string | number | boolean | null;

const words: Readonly<Record<string, Scalar>> = Object.fromEntries([
  ...['true', 'True', 'TRUE'].map((word) => [word, true]),
  ...['false', 'False', 'FALSE'].map((word) => [word, false]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null]),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY]),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY]),
]);

/** What a tag makes of a text; a plain text has none. */
export function scalarOf(text: string, tag: string | undefined): Scalar {
  switch (tag) {
    case undefined:
      return plainScalar(text);
    case 'tag:yaml.org,2002:binary':
      return decoded(text);
    case 'tag:yaml.org,2002:bool':
    case 'tag:yaml.org,2002:int':
    case 'tag:yaml.org,2002:float':
    case 'tag:yaml.org,2002:null':
    case 'tag:yaml.org,2002:timestamp':
      return asTagged(text, tag.slice('tag:yaml.org,2002:'.length));
    default:
      return text;
  }
}

function plainScalar(text: string): Scalar {
  if (Object.hasOwn(words, text)) return words[text] ?? null;
  if (!/^[-+.\d]/.test(text)) return text;
  return timeOf(text) ?? numberOf(text) ?? text;
}

function asTagged(text: string, kind: string): Scalar {
  const value =
    (kind === 'timestamp' ? timeOf(text) : undefined) ?? (Object.hasOwn(words, text) ? words[text] : numberOf(text));
  const fits =
    kind === 'timestamp'
      ? typeof value === 'string'
      : kind === 'null'
        ? value === null
        : kind === 'bool'
          ? typeof value === 'boolean'
          : typeof value === 'number' && (kind === 'float' || integerOf(text) !== undefined);
  if (!fits) throw new YamlError(`"${text}" is no ${kind}`);
  return value ?? null;
}

function decoded(text: string): string {
  const base64 = text.replace(/[\r\n]/g, '');
  if (!/^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(base64)) {
    throw new YamlError('a value with !!binary holds no base64');
  }
  return Buffer.from(base64, 'base64').toString();
}

/** A whole number of 64 bits, signed or not: decimal, or with 0x, 0b, 0o or 0 alone in front; "_" counts for nothing. */
function integerOf(text: string): number | undefined {
  const plain = text.replaceAll('_', '');
  const found = /^([+-]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/.exec(plain);
  if (!found) return undefined;
  const [, sign = '', hex, binary, octal, decimal] = found;
  const size = BigInt(hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : (decimal ?? '0'));
  if (size > (sign === '' ? 2n ** 64n - 1n : sign === '-' ? 2n ** 63n : 2n ** 63n - 1n)) return undefined;
  return Number(sign === '-' ? -size : size);
}

function numberOf(text: string): number | undefined {
  const plain = text.startsWith('.') ? text.replace(/(?<=\d)_(?=\d)/g, '') : text.replaceAll('_', '');
  const whole = integerOf(text);
  if (whole !== undefined) return whole;
  const number = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain) ? Number(plain) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** A time, as the engine writes it into the text of a value: Go's own way to print one. */
function timeOf(text: string): string | undefined {
  const found =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})([.,]\d{1,9})?(Z|[+-]\d\d:\d\d))| (\d{1,2}):(\d{1,2}):(\d{1,2})([.,]\d{1,9})?)?$/.exec(
      text,
    );
  if (!found) return undefined;
  const [, year = '', month = '', day = ''] = found;
  const [hour = '0', minute = '0', second = '0', fraction = ''] = found[4] ? found.slice(4, 8) : found.slice(9, 13);
  const zone = found[8] ?? 'Z';
  const [, offsetHour = '0', offsetMinute = '0'] = /^[+-](\d\d):(\d\d)$/.exec(zone) ?? [];
  const days =
    new Date(Date.UTC(2000, Number(month), 0)).getUTCDate() -
    (month.padStart(2, '0') === '02' && !isLeap(Number(year)) ? 1 : 0);
  const inRange = ([value, least, most]: readonly [string, number, number]) =>
    Number(value) >= least && Number(value) <= most;
  const parts: readonly (readonly [string, number, number])[] = [
    [month, 1, 12],
    [day, 1, days],
    [hour, 0, 23],
    [minute, 0, 59],
    [second, 0, 59],
    [offsetHour, 0, 24],
    [offsetMinute, 0, 60],
  ];
  if (!parts.every(inRange)) return undefined;
  const two = (value: string) => value.padStart(2, '0');
  const small = fraction.replace(',', '.').replace(/0+$/, '').replace(/^\.$/, '');
  const offset =
    zone === 'Z' || /^[+-]00:00$/.test(zone) ? '+0000 UTC' : `${zone.replace(':', '')} ${zone.replace(':', '')}`;
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}${small} ${offset}`;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
