import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IContainer } from 'kubernetes-models/v1';

const script = readFileSync(join(__dirname, 'line-breaks.sh'), 'utf8');

/**
 * A container whose variables from Secrets end with no line break, as the stores take theirs: who writes a value into a file
 * before it becomes a Secret often adds one. Its image has a POSIX shell. One without a command of its own is left as it is.
 */
export function withoutLineBreaks<C extends Pick<IContainer, 'command' | 'env'>>(container: C): C {
  const { command, env = [] } = container;
  const secrets = env.filter(({ valueFrom }) => valueFrom?.secretKeyRef).map(({ name }) => name);
  if (!command || secrets.length === 0 || command.includes(script)) return container;
  return { ...container, command: ['/bin/sh', '-c', script, 'start', ...secrets, '--', ...command] };
}
