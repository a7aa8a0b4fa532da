import type { IEnvVar } from 'kubernetes-models/v1';

/**
 * What a store asks for, as an environment variable. Without the Secret the container does not start: it would be refused.
 *
 * @param absent `fails` where the container itself says that there is no secret, at once: a Job would else hang until its
 *   deadline
 */
export function storeSecretVariable(
  variable: string,
  secret: { readonly secretName: string; readonly secretKey: string } | undefined,
  absent: 'waits' | 'fails' = 'waits',
): IEnvVar[] {
  if (!secret) return [];
  const { secretKey, secretName: name } = secret;
  const optional = absent === 'fails' ? { optional: true } : {};
  return [{ name: variable, valueFrom: { secretKeyRef: { name, key: secretKey, ...optional } } }];
}

/** What the scripts of a backup are told of a secret: its value where there is one, else where it is missing. */
export function backupSecretVariables(
  variable: string,
  secret: { readonly secretName: string; readonly secretKey: string } | undefined,
): IEnvVar[] {
  if (!secret) return [];
  const { secretKey, secretName } = secret;
  return [
    { name: 'KEY_OF_STORE', value: `entry ${secretKey} of Secret ${secretName}` },
    ...storeSecretVariable(variable, secret, 'fails'),
  ];
}
