import type { FleetHome } from '../base/fleet-home';
import type { ToolName, ToolPin } from './manifest';
import type { StallLimit } from './stall';

/** Where a tool came from. */
export type ToolSource = 'path' | 'cache' | 'vendor' | 'build';

/** A tool that is ready to run. */
export interface Tool {
  readonly name: ToolName;
  readonly path: string;
  readonly version: string;
  readonly source: ToolSource;
}

/** Tools by name. Only those that were asked for are there; see {@link toolPath}. */
export type Tools = ReadonlyMap<ToolName, Tool>;

/** What is going on while tools are obtained. */
export type ToolEvent =
  | { readonly kind: 'found'; readonly tool: Tool }
  | { readonly kind: 'waiting'; readonly pins: readonly ToolPin[] }
  | { readonly kind: 'vendor'; readonly pin: ToolPin; readonly bytes: number }
  | {
      readonly kind: 'building';
      readonly pins: readonly ToolPin[];
      /** About how long it takes, in seconds on two cores. */
      readonly seconds: number;
      /** The same for the tools that may still have to be built after these. */
      readonly laterSeconds: number;
    };

/** What obtaining tools needs. */
export interface ToolOptions {
  readonly home: FleetHome;
  /** The checkout whose `tools/` pins the versions. */
  readonly projectDir: string;
  /** @default every tool that a control plane and a deployment need */
  readonly names?: readonly ToolName[];
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: ToolEvent) => void) | undefined;
  /** Where tools of the operator's own are looked for. @default the process's PATH */
  readonly searchPath?: string;
  /** How long a vendor's download may stand still. @default {@link vendorLimit} */
  readonly stallLimit?: StallLimit;
}

/**
 * The path of a tool.
 *
 * @throws Error where the tool was not obtained, which is a defect of the caller
 */
export function toolPath(tools: Tools, name: ToolName): string {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`${name} was not obtained`);
  return tool.path;
}
