import type { EngineEvent } from '@pulumi/pulumi/automation';
import type { Say } from '../base/progress';
import { subjectOf, withoutColours } from './events';

/** Says what the engine does to a resource, and why one is not ready yet; what stays as it is says nothing. */
export function showEvent(event: EngineEvent, say: Say): void {
  const text = eventInWords(event) ?? waitInWords(event);
  if (text !== undefined) say(text);
}

/** What the engine does, or would do, to a resource, such as `update Deployment memory-mcp-deployment`. */
export function eventInWords({ resourcePreEvent }: EngineEvent): string | undefined {
  const metadata = resourcePreEvent?.metadata;
  if (metadata === undefined || metadata.op === 'same' || metadata.op === 'refresh') return undefined;
  return `${metadata.op} ${metadata.type.split(':').at(-1)} ${metadata.urn.split('::').at(-1)}`;
}

/**
 * Why a resource is not ready yet, such as an image that cannot be pulled. The engine tells it while it waits, every few
 * seconds, and gives up only at the resource's deadline.
 */
function waitInWords({ diagnosticEvent }: EngineEvent): string | undefined {
  if (!diagnosticEvent?.ephemeral || diagnosticEvent.severity !== 'warning') return undefined;
  // It only says that it is not ready yet.
  if (diagnosticEvent.message.includes('[MinimumReplicasUnavailable]')) return undefined;
  return withoutColours(`${subjectOf(diagnosticEvent.urn)}${diagnosticEvent.message}`)
    .replace(/\s+/g, ' ')
    .trim();
}
