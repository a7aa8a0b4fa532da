import type { IEnvVar } from 'kubernetes-models/v1';

/**
 * The key that Qdrant asks for, as an environment variable. Without the Secret the container does not start: it would be
 * refused.
 *
 * @param absent `fails` where the container itself says that there is no key, at once: a Job would else hang until its deadline
 */
export function qdrantKeyVariable(
  variable: string,
  apiKey: { readonly secretName: string; readonly secretKey: string } | undefined,
  absent: 'waits' | 'fails' = 'waits',
): IEnvVar[] {
  if (!apiKey) return [];
  const { secretKey, secretName: name } = apiKey;
  const optional = absent === 'fails' ? { optional: true } : {};
  return [{ name: variable, valueFrom: { secretKeyRef: { name, key: secretKey, ...optional } } }];
}
