import { minutesAndSeconds, type RunStep, roughly, type Say } from '../base/progress';
import type { CommandRun } from '../base/run';
import { obtainTools, type Tool, type ToolEvent, type Tools } from './index';
import type { ToolName } from './manifest';

/** The step that obtains tools and tells what is built and how long it may take. */
export function toolsStep(step: RunStep, run: CommandRun, names?: readonly ToolName[]): Promise<Tools> {
  return step(
    'Tools',
    (say) =>
      obtainTools({
        ...run,
        ...(names === undefined ? {} : { names }),
        onEvent: (event) => showEvent(event, say),
      }),
    (tools) => `Tools: ${summary([...tools.values()])}`,
  );
}

function showEvent(event: ToolEvent, say: Say): void {
  switch (event.kind) {
    case 'found':
      if (event.tool.source === 'build' || event.tool.source === 'vendor') {
        say(`${event.tool.name} ${event.tool.version}: ${sourceInWords[event.tool.source]}`);
      }
      break;
    case 'waiting':
      say(`${namesInWords(event.pins)}: another run is at it, waiting`);
      break;
    case 'vendor':
      say(
        `${event.pin.name} ${event.pin.version}: asking its vendor for it, ${Math.round(event.bytes / 1e6)} MB so far`,
      );
      break;
    case 'building': {
      const started = Date.now();
      say(() => buildingText(event, (Date.now() - started) / 1000));
    }
  }
}

/**
 * What is shown during a build. The usual times come from a two-core machine, so what is left is an estimate and called
 * one.
 *
 * @param elapsed seconds since it began
 */
export function buildingText(build: Building, elapsed: number): string {
  const left = Math.max(0, build.seconds - elapsed) + build.laterSeconds;
  const here = `building ${namesInWords(build.pins)} from source, ${minutesAndSeconds(elapsed)} of about ${minutesAndSeconds(build.seconds)}`;
  return `${here}; all tools: ${roughly(left)} left`;
}

/** A build that is going on, see {@link ToolEvent}. */
interface Building {
  readonly pins: readonly { readonly name: string }[];
  readonly seconds: number;
  readonly laterSeconds: number;
}

function namesInWords(tools: readonly { readonly name: string }[]): string {
  return new Intl.ListFormat('en').format(tools.map(({ name }) => name));
}

const sourceInWords: Readonly<Record<Tool['source'], string>> = {
  path: 'from your PATH',
  cache: 'ready',
  vendor: 'from its vendor',
  build: 'built from source',
};

function summary(tools: readonly Tool[]): string {
  const sources = ['path', 'cache', 'vendor', 'build'] as const;
  return sources
    .map((source) => ({ source, count: tools.filter((tool) => tool.source === source).length }))
    .filter(({ count }) => count > 0)
    .map(({ source, count }) => `${count} ${sourceInWords[source]}`)
    .join(', ');
}
