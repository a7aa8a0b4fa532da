import type { SecretEntry } from '../../components/system/operations';
import { type Api, get } from './api';

/** A Secret as it is on a cluster. Its values are for who needs them, and never shown. */
export interface LiveSecret {
  /** Changes with every write. */
  readonly version: string;
  /** The values, by their keys. */
  readonly entries: ReadonlyMap<string, string>;
}

/** Undefined where there is no such Secret. @throws Refused where it may not be read */
export async function readSecret(api: Api, namespace: string, name: string): Promise<LiveSecret | undefined> {
  const secret = await get<{ metadata: { resourceVersion: string }; data?: Record<string, string> }>(
    api,
    `/api/v1/namespaces/${namespace}/secrets/${name}`,
  );
  if (secret === undefined) return undefined;
  const entries = Object.entries(secret.data ?? {}).map(
    ([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const,
  );
  return { version: secret.metadata.resourceVersion, entries: new Map(entries) };
}

/** The value of an entry of a Secret, without white space around it; undefined where it is not there or empty. */
export async function readSecretEntry(
  api: Api,
  namespace: string,
  { name, key }: SecretEntry,
): Promise<string | undefined> {
  return (await readSecret(api, namespace, name))?.entries.get(key)?.trim() || undefined;
}
