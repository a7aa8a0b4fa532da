import type { ToolPin } from './manifest';

/** What compiling Go's library and Kubernetes' client takes on two cores, of which nearly every tool is made. */
const commonSeconds = 75;

/** About how long a build of tools takes on two cores, in seconds. */
export function secondsToBuild(pins: readonly ToolPin[], commonIsCompiled = true): number {
  return pins.reduce((sum, pin) => sum + pin.buildSeconds, commonIsCompiled ? 0 : commonSeconds);
}
