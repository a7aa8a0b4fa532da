import { join } from 'node:path';
import { readIfExists } from '../base/files';

interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: {
      readonly pending_operations?: readonly { readonly resource: { readonly urn: string } }[] | null;
    };
  };
}

/** Where the file backend keeps the state of a stack. */
export function checkpointPath(backendDir: string, project: string, stack: string): string {
  return join(backendDir, '.pulumi', 'stacks', project, `${stack}.json`);
}

/** URNs of the resources that an engine was working on when it was killed. */
export function pendingOperations(backendDir: string, project: string, stack: string): readonly string[] {
  const text = readIfExists(checkpointPath(backendDir, project, stack));
  if (text === undefined) return [];
  const latest = (JSON.parse(text) as Checkpoint).checkpoint?.latest;
  return (latest?.pending_operations ?? []).map((each) => each.resource.urn);
}
