import type { EngineEvent } from '@pulumi/pulumi/automation';
import type { Say } from '../base/progress';

/** Says what the engine does to a resource; what stays as it is says nothing. */
export function showEvent(event: EngineEvent, say: Say): void {
  const text = eventInWords(event);
  if (text !== undefined) say(text);
}

/** What the engine does, or would do, to a resource, such as `update Deployment memory-mcp-deployment`. */
export function eventInWords({ resourcePreEvent }: EngineEvent): string | undefined {
  const metadata = resourcePreEvent?.metadata;
  if (metadata === undefined || metadata.op === 'same' || metadata.op === 'refresh') return undefined;
  return `${metadata.op} ${metadata.type.split(':').at(-1)} ${metadata.urn.split('::').at(-1)}`;
}
