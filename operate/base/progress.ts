import { Listr } from 'listr2';

/** Says what is going on now; a function is asked again and again, so that it can tell the time. */
export type Say = (text: string | (() => string)) => void;

/** One line of the progress that the operator sees. */
export interface Step {
  readonly title: string;
  /** Does the work. @returns the title that the line keeps */
  readonly work: (say: Say) => Promise<string>;
}

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

/**
 * Runs steps one after another and shows them: live on a terminal, as plain lines with the elapsed time elsewhere.
 * What a step throws ends the run and is thrown on.
 */
export async function runSteps(steps: readonly Step[], showing: Showing = showingFor()): Promise<void> {
  const live = showing === 'live';
  const started = Date.now();
  let failure: unknown;
  const tasks = new Listr(
    steps.map(({ title, work }) => ({
      title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        const ticker = startTicker(live, (text) => {
          task.output = live ? text : `${clock(started)} ${text}`;
        });
        try {
          task.title = `${await work(ticker.say)} (${clock(started)})`;
        } catch (error) {
          failure = error;
          throw new Error('see below');
        } finally {
          ticker.stop();
        }
      },
    })),
    {
      // Ctrl-C is ours to handle: the library's own handler ends the process at once.
      registerSignalListeners: false,
      renderer: ({ live: 'default', lines: 'simple', silent: 'silent' } as const)[showing],
      rendererOptions: { collapseErrors: true, showErrorMessage: false },
    },
  );
  try {
    await tasks.run();
  } catch (error) {
    // The caller tells the operator what is wrong, once; the line of the step only shows where.
    throw failure ?? error;
  }
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
