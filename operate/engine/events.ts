import type { EngineEvent } from '@pulumi/pulumi/automation';

/** What an operation did, or would do, by kind: `same`, `create`, `update`, `replace`, `delete`, … */
export type Changes = Readonly<Record<string, number>>;

/** What is kept of the engine's events. */
export interface EventLog {
  readonly listen: (event: EngineEvent) => void;
  readonly changes: () => Changes;
  /** Error and warning texts, without colours, each once. */
  readonly errors: () => readonly string[];
  readonly warnings: () => readonly string[];
}

/** Collects what a caller needs to know from the stream of engine events. */
export function eventLog(): EventLog {
  let changes: Changes = {};
  const errors = new Set<string>();
  const warnings = new Set<string>();
  return {
    listen: ({ summaryEvent, diagnosticEvent }) => {
      if (summaryEvent !== undefined) changes = summaryEvent.resourceChanges as Changes;
      if (diagnosticEvent === undefined || diagnosticEvent.ephemeral) return;
      const text = withoutColours(`${subjectOf(diagnosticEvent.urn)}${diagnosticEvent.message}`).trim();
      if (diagnosticEvent.severity === 'error') errors.add(text);
      if (diagnosticEvent.severity === 'warning') warnings.add(text);
    },
    changes: () => changes,
    errors: () => [...errors],
    warnings: () => [...warnings],
  };
}

/** Whether an operation left everything as it was. */
export function nothingChanged(changes: Changes): boolean {
  return Object.entries(changes).every(([kind, count]) => kind === 'same' || count === 0);
}

/** Texts in events carry the engine's own colour marks. */
export function withoutColours(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, '');
}

/** The resource that an event is about, as the beginning of a sentence; empty of the stack itself. */
export function subjectOf(urn: string | undefined): string {
  const [, , type, name] = (urn ?? '').split('::');
  if (type === undefined || name === undefined || type.startsWith('pulumi:pulumi:')) return '';
  return `${type.split('$').at(-1)?.split(':').at(-1)} ${name}: `;
}
