import { Listr } from 'listr2';

/** Says what is going on now; a function is asked again and again, so that it can tell the time. */
export type Say = (text: string | (() => string)) => void;

/**
 * Does a piece of work and shows it as one line.
 *
 * @param done what the line says in the end @default its title
 * @returns what the work returns
 * @throws what the work throws
 */
export type RunStep = <T>(title: string, work: (say: Say) => Promise<T>, done?: (result: T) => string) => Promise<T>;

/** Seconds between two updates of a text that tells the time: on a terminal, and in a log. */
const livePeriod = 1;
const logPeriod = 30;

/** How progress is shown; `silent` is for a command whose standard output is one JSON document. */
export type Showing = 'live' | 'lines' | 'silent';

/** What suits the standard output, which `json` keeps for one document. */
export function showingFor({ json = false }: { readonly json?: boolean | undefined } = {}): Showing {
  if (json) return 'silent';
  return process.stdout.isTTY === true ? 'live' : 'lines';
}

/** The library's renderer for each kind of progress; its types ask for one that is known when it is compiled. */
const renderers = { live: 'default', lines: 'simple', silent: 'silent' } as const;

/**
 * Starts the progress of a command, whose steps are run one after another: live on a terminal, as plain lines with the
 * time since the start elsewhere.
 */
export function startProgress(showing: Showing = showingFor()): RunStep {
  const started = Date.now();
  return async <T>(title: string, work: (say: Say) => Promise<T>, done: (result: T) => string = () => title) => {
    let failure: unknown;
    const shown = new Listr<{ result: T }>(
      {
        title,
        task: async (context, line) => {
          const ticker = startTicker(showing === 'live', (text) => {
            line.output = showing === 'live' ? text : `${clock(started)} ${text}`;
          });
          try {
            context.result = await work(ticker.say);
            line.title = `${done(context.result)} (${clock(started)})`;
          } catch (error) {
            failure = error;
            throw new Error('see below');
          } finally {
            ticker.stop();
          }
        },
      },
      {
        // Ctrl-C is ours to handle: the library's own handler ends the process at once.
        registerSignalListeners: false,
        renderer: renderers[showing] as 'default',
        rendererOptions: { collapseErrors: true, showErrorMessage: false },
      },
    );
    try {
      return (await shown.run()).result;
    } catch (error) {
      // The caller tells the operator what is wrong, once; the line of the step only shows where.
      throw failure ?? error;
    }
  };
}

/** Time since a moment as minutes and seconds, such as 1:07. */
export function clock(since: number, now = Date.now()): string {
  return minutesAndSeconds((now - since) / 1000);
}

/** A length of time in seconds as minutes and seconds, such as 5:00. */
export function minutesAndSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** A moment as operators read it, in UTC. @param when text as machines write it, which is shown as it is where it is none */
export function moment(when: Date | string): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return String(when);
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** A length of time in words, in its two largest units: `45 s`, `2 h 5 min`, `3 d 4 h`. */
export function timeInWords(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => whole >= size);
  if (first < 0) return '0 s';
  const parts = units.slice(first, first + 2).map(([size, unit], index) => {
    const above = index === 0 ? Number.POSITIVE_INFINITY : (units[first]?.[0] ?? 1);
    return [Math.floor((whole % above) / size), unit] as const;
  });
  return parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

/** About how long something will take, in words: `less than a minute`, `about 12 min`. */
export function roughly(seconds: number): string {
  return seconds < 60 ? 'less than a minute' : `about ${Math.round(seconds / 60)} min`;
}

function startTicker(live: boolean, show: (text: string) => void): { say: Say; stop: () => void } {
  let current: string | (() => string) = '';
  let shown = '';
  const update = () => {
    const text = typeof current === 'function' ? current() : current;
    if (text !== shown) show(text);
    shown = text;
  };
  const timer = setInterval(update, (live ? livePeriod : logPeriod) * 1000);
  return {
    say: (text) => {
      current = text;
      update();
    },
    stop: () => clearInterval(timer),
  };
}
