import { isMap } from './field-path';

/** Stands for a value that is not shown. */
export const hidden = '[not shown]';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const secretive = /token|secret|password|passphrase|credential|api[-_]?key|private/i;

/**
 * A value of an object as it may be shown: nothing of a Secret's content, no copy of a whole object, and no value beside a name
 * that sounds like a secret, because somebody may have written one into an environment.
 *
 * @param steps the path of the value, as in a field path
 */
export function redacted(kind: string, steps: readonly string[], value: unknown): unknown {
  if (value === undefined) return undefined;
  if (kind === 'Secret' && /^f:(data|stringData)$/.test(steps[0] ?? '')) return hidden;
  if (steps.includes(`f:${lastApplied}`)) return hidden;
  const item = steps.findLast((step) => step.startsWith('k:'));
  if (steps.at(-1) === 'f:value' && item !== undefined && secretive.test(item)) return hidden;
  return withoutSecrets(value);
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isMap(value)) return value;
  const named = typeof value.name === 'string' && secretive.test(value.name);
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      const whole = field === lastApplied || (named && field === 'value');
      return [field, whole ? hidden : withoutSecrets(inner)];
    }),
  );
}
