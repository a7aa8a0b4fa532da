import type { SecretEntry } from '../../../components/system/operations';
import { type Api, get } from '../../cluster/api';

/** What is known of a Secret without its value. */
export interface SecretState {
  readonly hasKey: boolean;
  /** Changes with every write. */
  readonly version: string;
}

/** The state of an entry of a Secret; undefined where there is no such Secret. */
export async function secretState(
  api: Api,
  namespace: string,
  { name, key }: SecretEntry,
): Promise<SecretState | undefined> {
  const secret = await get<{ metadata: { resourceVersion: string }; data?: Record<string, string> }>(
    api,
    `/api/v1/namespaces/${namespace}/secrets/${name}`,
  );
  if (secret === undefined) return undefined;
  return { hasKey: (secret.data?.[key] ?? '') !== '', version: secret.metadata.resourceVersion };
}
