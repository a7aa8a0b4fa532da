import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointPath } from '../../../operate/engine/pending-operations';
import { controlPlane } from './control-plane';

/**
 * What `pulumi state unprotect` writes, of some resources of a stack.
 *
 * @param state folder of the state of the stack
 * @param chosen part of their URNs
 */
export function letGo(state: string, stack: string, chosen: string): void {
  const path = checkpointPath(join(controlPlane().folder, 'state', state, 'backend'), 'memory-fleet', stack);
  const content = JSON.parse(readFileSync(path, 'utf8'));
  for (const resource of content.checkpoint.latest.resources) {
    if (String(resource.urn).includes(chosen)) resource.protect = false;
  }
  writeFileSync(path, JSON.stringify(content));
}
