# Starts PostgreSQL on its volume. Arguments: the command that the image's entrypoint is given.
#
#   PGDATA                  folder of the database, below the mount of the volume
#   POSTGRES_USER           the role that the image makes with the database
#   POSTGRES_PASSWORD_FILE  its password
#   POSTGRES_DB             the database that clients use
#   EXTENSIONS              names of the extensions that it must have
set -eu
umask 077
# A shell that is the first process of its container ignores signals that it does not handle.
trap 'exit 143' HUP INT TERM

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

password=$(cat "$POSTGRES_PASSWORD_FILE")
[ -n "$password" ] || fail "the password of PostgreSQL is empty: give its Secret a value"
case $password in *'
'*) fail 'the password of PostgreSQL has a line break in it: give its Secret another value' ;; esac

# The image's entrypoint takes a folder with a version in it for a whole database, also where it was stopped before it had
# made one. The last of its own scripts removes this file.
unfinished=${PGDATA%/*}/.unfinished
if [ -e "$unfinished" ]; then
  echo 'the database was never finished: it is made anew'
  rm -rf "$PGDATA"
fi
if [ -d "$PGDATA" ] && [ ! -O "$PGDATA" ]; then
  fail "the data belong to user $(stat -c %u "$PGDATA"), and this is user $(id -u): images of Debian run as 999, those of Alpine as 70, and sort text differently; go back to the image of before, make a backup, and restore it into a new volume"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : >"$unfinished"
  exec docker-entrypoint.sh "$@"
fi

there=$(cat "$PGDATA/PG_VERSION")
ours=$(postgres --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
[ "$there" = "$ours" ] ||
  fail "the data are of PostgreSQL $there, and the image is PostgreSQL $ours: go back to an image of $there, make a backup, and restore it into a new volume"

# The image sets a password only when it makes the database. Before the server listens nobody can be let in by the one of
# before. The statement is in no log, whatever becomes of it.
quoted=$(printf '%s' "$password" | sed "s/'/''/g")
postgres --single -D "$PGDATA" -c exit_on_error=on -c standard_conforming_strings=on \
  -c log_statement=none -c log_min_error_statement=panic template1 >/dev/null <<STATEMENT ||
ALTER ROLE "$POSTGRES_USER" PASSWORD '$quoted'
STATEMENT
  fail "role $POSTGRES_USER is not given its password: the reason is above"
unset POSTGRES_PASSWORD_FILE

# Most are for superusers to make, and an image of before may not have had them.
for extension in ${EXTENSIONS:-}; do
  postgres --single -D "$PGDATA" -c exit_on_error=on -c client_min_messages=warning "$POSTGRES_DB" >/dev/null <<STATEMENT ||
CREATE EXTENSION IF NOT EXISTS "$extension"
STATEMENT
    fail "database $POSTGRES_DB does not get extension $extension, the reason is above: set an image that has it"
done
exec docker-entrypoint.sh "$@"
