import { containersOf, podOf } from '../pods';
import type { Rule } from '../rule';

const secretName = /(token|password|passwd|secret|api[-_]?key|credential)/i;

export const referencedSecrets: Rule = {
  name: 'referenced-secrets',
  demand: 'a secret value is referenced from a Secret, never written into an environment or a ConfigMap',
  check(object) {
    if (object.kind === 'ConfigMap') {
      return Object.keys(object.data ?? {})
        .filter((key) => secretName.test(key))
        .map((key) => `holds ${key} in plain text`);
    }
    const pod = podOf(object);
    if (!pod) return [];
    return containersOf(pod).flatMap((container) =>
      (container.env ?? [])
        .filter(({ name, value }) => value !== undefined && secretName.test(name) && !isHarmless(name, value))
        .map(({ name }) => `container ${container.name} has ${name} in plain text`),
    );
  },
};

export const namedEntries: Rule = {
  name: 'named-entries',
  demand:
    'a container names the entries of a Secret that it reads: with all of them it would know what others alone need',
  check(object) {
    const pod = podOf(object);
    return (pod ? containersOf(pod) : []).flatMap(({ envFrom = [], name }) =>
      envFrom.flatMap(({ secretRef }) =>
        secretRef?.name ? [`container ${name} has all of Secret ${secretRef.name} in its environment`] : [],
      ),
    );
  },
};

/** A number of tokens is no token, and the name of a file does not give its content away. */
function isHarmless(name: string, value: string): boolean {
  return /^\d{1,9}$/.test(value) || (/_(DIR|FILE|PATH)$/.test(name) && value.startsWith('/'));
}
