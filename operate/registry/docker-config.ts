import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Failure, messageOf } from '../base/failure';
import { readIfExists } from '../base/files';
import { credentialNames } from './reference';

/** What lets a user into a registry. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/**
 * The credentials that `docker login` has kept for a registry: in its configuration, or with the helper program that the
 * configuration names. Only read; nothing where there are none.
 *
 * @throws Failure when the configuration cannot be read
 */
export async function credentialsFor(registry: string): Promise<Credentials | undefined> {
  const file = join(process.env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json');
  const config = read(file);
  for (const name of credentialNames(registry)) {
    const helper = config.credHelpers?.[name] ?? config.credsStore;
    const found = helper === undefined ? undefined : await fromHelper(helper, name);
    const kept = found ?? fromFile(config.auths?.[name]);
    if (kept) return kept;
  }
  return undefined;
}

function read(file: string): DockerConfig {
  try {
    return JSON.parse(readIfExists(file) ?? '{}') as DockerConfig;
  } catch (error) {
    // A parser's message would quote the text, and with it what is secret in it.
    throw new Failure(`${file} cannot be read`, 'mend it, or set DOCKER_CONFIG to another folder', { cause: error });
  }
}

function fromFile(kept: NonNullable<DockerConfig['auths']>[string] | undefined): Credentials | undefined {
  if (kept?.auth) {
    const text = Buffer.from(kept.auth, 'base64').toString();
    const colon = text.indexOf(':');
    return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  return kept?.username && kept.password ? { user: kept.username, password: kept.password } : undefined;
}

/** @see https://github.com/docker/docker-credential-helpers */
async function fromHelper(helper: string, name: string): Promise<Credentials | undefined> {
  const { exitCode, stdout, stderr, message } = await execa(`docker-credential-${helper}`, ['get'], {
    input: name,
    reject: false,
    timeout: 30_000,
  });
  // A helper that knows no such registry says so by failing.
  if (exitCode === 1 && /not found/i.test(`${stdout}${stderr}`)) return undefined;
  if (exitCode !== 0) {
    const why = exitCode === undefined ? message : `exit code ${exitCode}`;
    throw new Failure(`docker-credential-${helper} failed: ${why}`, 'log in again with `docker login`');
  }
  return parsed(helper, stdout);
}

function parsed(helper: string, text: string): Credentials | undefined {
  try {
    const { Username: user, Secret: password } = JSON.parse(text) as { Username?: string; Secret?: string };
    return user && password ? { user, password } : undefined;
  } catch (error) {
    throw new Failure(`docker-credential-${helper} answered no JSON: ${messageOf(error)}`, 'see that it works');
  }
}
