import { z } from 'zod';
import { text } from './text';

const grammar = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d{1,2})|([KMGTPE]i)|([numkMGTPE]))?$/;
const binary = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const billion = 1_000_000_000n;

/**
 * The number that a quantity of Kubernetes stands for, in billionths: exact, for sums and comparisons. What is finer is
 * rounded up, as Kubernetes does. Undefined where the text is no quantity.
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
 */
export function billionths(quantity: string): bigint | undefined {
  const found = quantity.length > 64 ? null : grammar.exec(quantity);
  if (!found) return undefined;
  const [, sign, whole = '', fraction = '', bare = '', exponent, binarySuffix, suffix] = found;
  const digits = BigInt(`${whole}${fraction}${bare}`);
  const power = Number(exponent ?? 0) + (decimal[suffix ?? ''] ?? 0) - (fraction.length + bare.length) + 9;
  const scaled = digits * (binarySuffix ? 1024n ** BigInt(binary.indexOf(binarySuffix) + 1) : 1n);
  const value = power >= 0 ? scaled * 10n ** BigInt(power) : ceiling(scaled, 10n ** BigInt(-power));
  return sign === '-' ? -value : value;
}

function ceiling(value: bigint, divisor: bigint): bigint {
  return (value + divisor - 1n) / divisor;
}

/** A quantity for people: in the largest unit in which it is whole. */
export function inBytes(value: bigint): string {
  const bytes = ceiling(value, billion);
  const unit = [...binary.keys()].reverse().find((index) => bytes > 0n && bytes % 1024n ** BigInt(index + 1) === 0n);
  return unit === undefined ? String(bytes) : `${bytes / 1024n ** BigInt(unit + 1)}${binary[unit]}`;
}

/** Quantities in bytes together, for people. */
export function sumInBytes(...quantities: readonly string[]): string {
  return inBytes(quantities.reduce((sum, quantity) => sum + (billionths(quantity) ?? 0n), 0n));
}

/** Cores for people: whole ones, else thousandths. */
export function inCores(value: bigint): string {
  const thousandths = ceiling(value, billion / 1000n);
  return thousandths % 1000n === 0n ? String(thousandths / 1000n) : `${thousandths}m`;
}

const form = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2}|[KMGTPE]i|[numkMGTPE])?$/;

const bytes = (smallest: string, largest: string, why: string) => {
  const expected = 'a Kubernetes quantity in bytes, such as 512Mi or 1Gi';
  return text(form, expected, 64, (value) => {
    const amount = billionths(value);
    if (amount === undefined) return unitFault(value);
    if (amount % billion !== 0n)
      return `${expected}: whole bytes${/m$/.test(value) ? '; "m" means thousandths of one' : ''}`;
    if (amount < (billionths(smallest) ?? 0n)) return `${expected}, at least ${smallest}: ${why}`;
    if (amount > (billionths(largest) ?? 0n)) return `${expected}, at most ${largest}`;
    return undefined;
  });
};

/** Units as people write them elsewhere. */
function unitFault(value: string): string | undefined {
  const [, number, unit = ''] = /^([\d.]+)\s*([a-z]+)$/i.exec(value.trim()) ?? [];
  const [first = ''] = unit.toUpperCase();
  if (number === undefined || !/^[kmgtp]i?b?$/i.test(unit)) return undefined;
  const known = /i/i.test(unit) ? `${first}i` : first === 'K' ? 'k' : first;
  return `a Kubernetes quantity in bytes, such as 512Mi or 1Gi: this one is written ${number}${known}`;
}

/** Bytes of a volume. */
export const byteQuantity = bytes('1Mi', '1Ei', 'nothing smaller holds a file system');

/** Bytes of memory. */
export const memoryQuantity = bytes('4Mi', '1Pi', 'no container starts with less');

const cores = 'a Kubernetes quantity of CPU cores as text, such as "250m" or "1"';

/** A Kubernetes quantity of CPU cores. */
export const cpuQuantity = text(form, cores, 64, (value) => {
  const amount = billionths(value);
  if (amount === undefined) return undefined;
  if (amount <= 0n) return `${cores}, more than none`;
  if (amount % (billion / 1000n) !== 0n) return `${cores}, in whole thousandths of a core ("m")`;
  if (amount > 4096n * billion)
    return `${cores}, at most "4096"${/[KMGTPE]i?$|k$/.test(value) ? ': a unit of bytes is none of cores' : ''}`;
  return undefined;
});

/** Requests and limits of one container. There is no default CPU limit: throttling an idle-most server helps nobody. */
export const resources = (defaults: { cpu: string; memory: string; memoryLimit: string; cpuLimit?: string }) =>
  z
    .strictObject({
      cpu: cpuQuantity.default(defaults.cpu).describe('CPU request, in cores.'),
      memory: memoryQuantity.default(defaults.memory).describe('Memory request, in bytes.'),
      cpuLimit: (defaults.cpuLimit ? cpuQuantity.default(defaults.cpuLimit) : cpuQuantity.optional()).describe(
        'CPU limit, in cores.',
      ),
      memoryLimit: memoryQuantity.default(defaults.memoryLimit).describe('Memory limit, in bytes.'),
    })
    .superRefine((values, context) => {
      for (const [request, limit] of [
        ['cpu', 'cpuLimit'],
        ['memory', 'memoryLimit'],
      ] as const) {
        const most = values[limit];
        if (most === undefined || (billionths(values[request]) ?? 0n) <= (billionths(most) ?? 0n)) continue;
        const message = `at most the limit, ${limit}, which is ${most}: Kubernetes refuses a request above it`;
        context.addIssue({ code: 'custom', path: [request], message });
      }
    })
    .prefault({});
