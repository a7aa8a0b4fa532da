import type { SecretEntry } from '../../components/system/operations';
import type { Api } from '../cluster/api';
import { readSecretEntry } from '../cluster/secret';

/** Environment variable with the token for the git remotes, for who may not read Secrets. */
export const gitTokenVariable = 'FLEET_GIT_TOKEN';

/** What git shows to a remote. */
export interface GitCredentials {
  /** Undefined where the operator's own git has to know. */
  readonly token?: string;
  /** Where it comes from, in words. */
  readonly origin: string;
}

/**
 * The token for a system's git remotes: from the environment, else from the Secret that the server itself reads, else
 * whatever the operator's own git is set up with.
 */
export async function gitCredentials(
  entry: SecretEntry,
  secrets: { readonly api: Api; readonly namespace: string },
): Promise<GitCredentials> {
  const given = process.env[gitTokenVariable]?.trim();
  if (given) return { token: given, origin: `the token in ${gitTokenVariable}` };
  // Who may not read Secrets has credentials of their own, or is told by the remote that they lack them.
  const kept = await readSecretEntry(secrets.api, secrets.namespace, entry).catch(() => undefined);
  if (kept) return { token: kept, origin: `the token of Secret ${entry.name}` };
  return { origin: 'the credentials of your own git' };
}

/**
 * Environment by which git shows the credentials, and never asks a person. A token is handed over by a credential
 * helper that reads the environment, so that it is in no argument and in no file; the operator's own helpers are then
 * left out, because git would have them keep the token.
 */
export function gitEnvironment({ token }: GitCredentials): Record<string, string> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const quiet = { ...inherited, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '', LC_ALL: 'C' };
  if (token === undefined) return quiet;
  const helper = `!f() { test "$1" = get && printf 'username=x-access-token\\npassword=%s\\n' "$${gitTokenVariable}"; }; f`;
  const already = Number(process.env.GIT_CONFIG_COUNT ?? 0) || 0;
  return {
    ...quiet,
    [gitTokenVariable]: token,
    GIT_CONFIG_COUNT: String(already + 2),
    [`GIT_CONFIG_KEY_${already}`]: 'credential.helper',
    [`GIT_CONFIG_VALUE_${already}`]: '',
    [`GIT_CONFIG_KEY_${already + 1}`]: 'credential.helper',
    [`GIT_CONFIG_VALUE_${already + 1}`]: helper,
  };
}
