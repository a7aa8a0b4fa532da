import { isIP } from 'node:net';
import { text } from './text';

const expected = 'a network such as 10.0.0.10/32';

/** What is wrong with a network in CIDR notation; nothing where it is one. */
export function networkFault(value: string): string | undefined {
  const [address = '', prefix, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes('%')) return undefined;
  const bits = family === 4 ? 32 : 128;
  if (prefix === undefined) return `${expected}; one address alone is ${address}/${bits}`;
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > bits) {
    return `a network whose prefix is a number from 0 to ${bits}, such as ${address}/${bits}`;
  }
  const all = family === 4 ? ofVersion4(address) : ofVersion6(address);
  if (family === 6 && all >> 32n === 0xffffn)
    return `a network of IPv4 as such: ${asVersion4(all)}/${Math.max(0, Number(prefix) - 96)}`;
  const first = (all >> BigInt(bits - Number(prefix))) << BigInt(bits - Number(prefix));
  if (first === all) return undefined;
  return `the network that ${value} lies in, ${family === 4 ? asVersion4(first) : asVersion6(first)}/${prefix}, or ${address}/${bits} for the address alone`;
}

function ofVersion4(address: string): bigint {
  return address.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function ofVersion6(address: string): bigint {
  const [, head = '', embedded] = /^(.*?)(\d+\.\d+\.\d+\.\d+)?$/.exec(address) ?? [];
  const low = embedded === undefined ? undefined : ofVersion4(embedded);
  const whole = low === undefined ? head : `${head}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [left = '', right] = whole.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
}

function asVersion4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

function asVersion6(value: bigint): string {
  const parts = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(16 * (7 - index))) & 0xffffn).toString(16));
  return new URL(`http://[${parts.join(':')}]/`).hostname.slice(1, -1);
}

/** A network in CIDR notation, by the address that it begins with. */
export const network = text(
  /^[0-9a-fA-F.:]+\/\d{1,3}$/,
  expected,
  64,
  (value) =>
    networkFault(value) ??
    (isIP(value.split('/')[0] ?? '') === 0 || value.split('/').length !== 2 ? expected : undefined),
);
