import type { SecretEntry } from '../../../components/system/operations';
import type { Api } from '../../cluster/api';
import { readSecret } from '../../cluster/secret';

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
  const secret = await readSecret(api, namespace, name);
  return secret && { hasKey: (secret.entries.get(key) ?? '') !== '', version: secret.version };
}
