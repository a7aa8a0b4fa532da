import { join } from 'node:path';
import { type FleetHome, fleetHome } from './fleet-home';

/** Name of the control plane that `start` runs, and of the stack that it deploys. */
export const localName = 'local';

/** What every command works with. */
export interface CommandRun {
  readonly home: FleetHome;
  readonly projectDir: string;
  /** Fires when the operator wants the command to end. */
  readonly signal: AbortSignal;
}

/** The checkout that this file belongs to. */
export function commandRun(signal: AbortSignal): CommandRun {
  return { home: fleetHome(), projectDir: join(__dirname, '..', '..'), signal };
}
