import type { SecretSource } from './secrets';

/**
 * Command lines by which a person brings what a plan does not make. No value is ever an argument: arguments are seen by
 * everybody on the machine and kept in the shell's history.
 */

/** Writes a new random value. */
export const random = "openssl rand -hex 32 | tr -d '\\n'";

/** Asks for a value without showing it. */
export const fromTerminal = 'read -rs VALUE && printf %s "$VALUE"';

/** The beginning of the command; entries follow. */
export function createSecret(namespace: string, name: string): string {
  return `kubectl -n ${namespace} create secret generic ${name}`;
}

/** Kinds from which operators make Secrets, by the source. */
const makers: { readonly [S in SecretSource['source']]?: string } = {
  externalSecret: 'externalsecret',
  sealed: 'sealedsecret',
};

/** Brings a Secret of one value from where it comes; where an operator does, the command says why it has not. */
export function bringEntry(
  namespace: string,
  { secretKey, secretName, shared = false, source }: Omit<SecretSource, 'secretRevision'>,
  value: 'random' | 'given',
): string {
  const maker = makers[source];
  if (maker !== undefined) return `kubectl -n ${namespace} describe ${maker} ${secretName}`;
  const from = value === 'random' ? random : fromTerminal;
  const created = `${from} | ${createSecret(namespace, secretName)} --from-file=${secretKey}=/dev/stdin`;
  return shared ? `${created} ${asOneOfSeveral(namespace, secretKey)}` : created;
}

/**
 * Writes one entry, whether the Secret is there or not. Each is a field manager of its own: the others' entries stay, and
 * one that somebody else has put there is not overwritten.
 */
function asOneOfSeveral(namespace: string, secretKey: string): string {
  return `--dry-run=client -o yaml | kubectl -n ${namespace} apply --server-side --field-manager=${secretKey} -f -`;
}

/** Where a person has to put the value, if not into the Secret itself. */
export function placeOf({
  remoteKey,
  remoteProperty,
  source,
}: Omit<SecretSource, 'secretRevision'>): string | undefined {
  if (source !== 'externalSecret') return undefined;
  const key = [remoteKey, remoteProperty].filter((each) => each !== undefined).join(', property ');
  return `it reads ${key} of the secret store`;
}

/** A command line, and what there is to say about it as a comment of the shell. */
export function remarked(command: string, remark: string | undefined): string {
  return remark === undefined ? command : `${command} # ${remark}`;
}

/** What git shows to a remote by https; for ssh there are the entries `ssh-privatekey` and `known_hosts` instead. */
export function bringGitCredentials(namespace: string, name: string): string {
  return `${fromTerminal} | ${createSecret(namespace, name)} --from-file=password=/dev/stdin`;
}

/** A server's own login. */
export function bringLogin(stack: string): string {
  return `npx fleet token --stack ${stack}`;
}

export function bringPullSecret(namespace: string, name: string): string {
  const type = 'kubernetes.io/dockerconfigjson';
  return `${createSecret(namespace, name)} --type=${type} --from-file=.dockerconfigjson=$HOME/.docker/config.json`;
}

export function bringClaim(namespace: string, name: string): string {
  return remarked(`kubectl -n ${namespace} apply -f FILE`, `a PersistentVolumeClaim named ${name}`);
}

/** A working tree as the content of a repository. */
export function bringUpload(stack: string, repository: string): string {
  return `npx fleet repos upload ${repository} FOLDER --stack ${stack}`;
}
