/** When something is run again and again, as the CronJobs of Kubernetes read it: by robfig/cron v3. */
export interface Schedule {
  /** The longest and the shortest time from one run to the next, in seconds. */
  readonly longestGap: number;
  readonly shortestGap: number;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const fields: readonly [Field, Field, Field, Field, Field] = [
  { name: 'the minute', min: 0, max: 59 },
  { name: 'the hour', min: 0, max: 23 },
  { name: 'the day of the month', min: 1, max: 31 },
  { name: 'the month', min: 1, max: 12, words: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'the day of the week', min: 0, max: 6, words: 'sun mon tue wed thu fri sat'.split(' ') },
];

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** One field of a schedule: which numbers it names, and whether it leaves the choice open by a star. */
interface Bits {
  readonly values: ReadonlySet<number>;
  readonly open: boolean;
}

/** What a schedule means, or what is wrong with it. */
export function scheduleOf(text: string): Schedule | { readonly fault: string } {
  if (/^(CRON_)?TZ=/.test(text)) return fault('without a time zone: CronJobs here go by UTC');
  if (text.startsWith('@every ')) return everyOf(text.slice('@every '.length));
  const standard = text.startsWith('@') ? descriptors[text] : text;
  if (standard === undefined) return fault(`or one of ${Object.keys(descriptors).join(', ')}, or @every 6h`);
  const parts = standard.trim().split(/\s+/);
  if (parts.length !== 5) return fault(`this one has ${parts.length === 1 ? 'one' : parts.length}`);
  const read = fields.map((field, index) => bitsOf(parts[index] ?? '', field));
  const wrong = read.find((bits) => 'fault' in bits);
  if (wrong !== undefined && 'fault' in wrong) return fault(wrong.fault);
  const gaps = gapsOf(read as Bits[]);
  return gaps ?? fault('on a day that there is');
}

function fault(what: string): { readonly fault: string } {
  return { fault: `a cron schedule of five fields, such as "17 * * * *": ${what}` };
}

function bitsOf(part: string, field: Field): Bits | { readonly fault: string } {
  const values = new Set<number>();
  let open = false;
  // Fields are split as by Go's FieldsFunc: empty parts of a list count for nothing, but a list of nothing else names no time.
  const expressions = part.split(',').filter((each) => each !== '');
  for (const expression of expressions) {
    const [range = '', step, ...more] = expression.split('/');
    const [low = '', high, ...further] = range.split('-');
    const any = low === '*' || low === '?';
    const [from, to] = any
      ? [field.min, field.max]
      : [numberOf(low, field), high === undefined ? undefined : numberOf(high, field)];
    if (more.length > 0 || further.length > 0 || from === undefined || (!any && high !== undefined && to === undefined))
      return unread(expression, field);
    const by = step === undefined ? 1 : /^\d+$/.test(step) ? Number(step) : 0;
    if (by === 0) return { fault: `${field.name} has steps of one or more, not "${expression}"` };
    const end = to ?? (step === undefined ? from : field.max);
    if (from < field.min || end > field.max)
      return { fault: `${field.name} is ${rangeOf(field)}, not "${expression}"` };
    if (from > end) return { fault: `${field.name} has ranges from the lower to the higher, not "${expression}"` };
    // A step over everything narrows it: only a star alone leaves the choice to the other kind of day.
    if (any && by === 1) open = true;
    for (let value = from; value <= end; value += by) values.add(value);
  }
  return values.size > 0 ? { values, open } : unread(part, field);
}

function rangeOf({ max, min, words }: Field): string {
  return `${min} to ${max}${words ? ` or ${words[0]?.toUpperCase()} to ${words.at(-1)?.toUpperCase()}` : ''}`;
}

function unread(expression: string, field: Field): { readonly fault: string } {
  return { fault: `${field.name} is ${rangeOf(field)}, or "*", not "${expression}"` };
}

function numberOf(text: string, { min, words }: Field): number | undefined {
  const index = words?.indexOf(text.toLowerCase()) ?? -1;
  if (index >= 0) return index + min;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

const units: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** `@every` and a duration of Go; what is shorter than a second is a second. */
function everyOf(duration: string): Schedule | { readonly fault: string } {
  if (!/^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(duration))
    return fault('or @every and a duration such as 6h or 1h30m');
  const seconds = [...duration.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)].reduce(
    (sum, [, amount, unit = 's']) => sum + Number(amount) * (units[unit] ?? 1),
    0,
  );
  const gap = Math.max(1, Math.floor(seconds));
  if (gap > 8 * 366 * day) return fault('more often than once in eight years');
  return { longestGap: gap, shortestGap: gap };
}

const day = 86_400;

/** The days of eight years, with the leap days in them: number of the day, month, day of the month, day of the week. */
let calendar: readonly (readonly [number, number, number, number])[] | undefined;

function daysOfYears(): typeof calendar & object {
  calendar ??= Array.from({ length: 8 * 366 }, (_, index) => {
    const date = new Date(Date.UTC(2024, 0, 1 + index));
    return [index, date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()] as const;
  });
  return calendar;
}

/** The gaps of these years; undefined where nothing ever comes. */
function gapsOf([minutes, hours, days, months, weekdays]: readonly Bits[]): Schedule | undefined {
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const times = [...hours.values]
    .flatMap((hour) => [...minutes.values].map((minute) => hour * 3600 + minute * 60))
    .sort((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const either = !days.open && !weekdays.open;
  const dates = daysOfYears().filter(([, month, inMonth, inWeek]) => {
    const fits = [days.values.has(inMonth), weekdays.values.has(inWeek)];
    return months.values.has(month) && (either ? fits.includes(true) : !fits.includes(false));
  });
  if (dates.length === 0) return undefined;
  const gaps = [
    ...times.slice(1).map((time, index) => time - (times[index] ?? 0)),
    ...dates.slice(1).map(([date], index) => (date - (dates[index]?.[0] ?? 0)) * day + first - last),
  ];
  return { longestGap: Math.max(...gaps), shortestGap: Math.min(...gaps) };
}
