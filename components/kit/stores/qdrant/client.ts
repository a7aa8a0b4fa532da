import type { IEnvVar } from 'kubernetes-models/v1';

/** The key that Qdrant asks for, as an environment variable. Without the Secret the pod does not start: it would be refused. */
export function qdrantKeyVariable(
  variable: string,
  apiKey: { readonly secretName: string; readonly secretKey: string } | undefined,
): IEnvVar[] {
  if (!apiKey) return [];
  return [{ name: variable, valueFrom: { secretKeyRef: { name: apiKey.secretName, key: apiKey.secretKey } } }];
}
