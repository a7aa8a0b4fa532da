import type { Access } from '../../components/system/operations';
import { Failure } from '../base/failure';
import type { Api } from '../cluster/api';
import { readSecret, readSecretEntry } from '../cluster/secret';

/** Environment variable with the token or key of the client, for who may not read Secrets. */
export const tokenVariable = 'FLEET_TOKEN';

/** What a client can do whose token or key is not taken. */
export const otherToken = `set ${tokenVariable} to what the server takes, or unset it to use the Secret; pods that are older than the Secret's content take the former one until they are restarted`;

/** Whether a server answers with this status because of the token or key; 403 may be about the host name too. */
export const isTokenRefused = (status: unknown): boolean => status === 401;

/**
 * Headers by which a server lets a client in: from the environment, else from the Secret that the server itself reads.
 * Never from an argument, which every user of the machine could read.
 *
 * @throws Failure when there is no token anywhere
 */
export async function accessHeaders(
  access: Access,
  secrets: { readonly api: Api; readonly namespace: string } | undefined,
): Promise<Record<string, string>> {
  if (access.mode === 'none') return {};
  const name = access.mode === 'bearer' ? access.secret.name : access.secretName;
  const token = process.env[tokenVariable] ?? (secrets ? await readToken(access, secrets) : undefined);
  if (!token?.trim()) {
    throw new Failure(
      `the server asks for a ${access.mode === 'bearer' ? 'bearer token' : 'key'}, and none is known`,
      `make the Secret ${name} as docs/runbook.md says, or set ${tokenVariable}`,
    );
  }
  const value = token.trim();
  return access.mode === 'bearer' ? { Authorization: `Bearer ${value}` } : { [access.header]: value };
}

async function readToken(
  access: Exclude<Access, { mode: 'none' }>,
  { api, namespace }: { readonly api: Api; readonly namespace: string },
): Promise<string | undefined> {
  if (access.mode === 'bearer') return readSecretEntry(api, namespace, access.secret);
  if (access.mode === 'clients') {
    return access.own === undefined
      ? undefined
      : readSecretEntry(api, namespace, { name: access.secretName, key: access.own });
  }
  // Every entry of an API key Secret lets a client in; any will do.
  return (await readSecret(api, namespace, access.secretName))?.entries.values().next().value;
}
