#!/bin/sh
# Makes everything in the dump what it was, or changes nothing. What is not in the dump is left alone.
. "$(dirname "$0")/postgres.sh"

dump=$FILES/database.dump
asked() { psql --no-password --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 --command="$1"; }

# A role that is no superuser can neither make extensions such as vector nor give anything to other roles.
if [ "$(asked 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user')" != t ]; then
  list=$TMPDIR/list
  pg_restore --list "$dump" >"$TMPDIR/all"
  missing=$(sed -n 's/^[0-9]*; [0-9]* [0-9]* EXTENSION - \([^ ]*\).*/\1/p' "$TMPDIR/all" | while read -r name; do
    [ "$(asked "SELECT count(*) FROM pg_extension WHERE extname = '$name'")" = 1 ] || printf '%s ' "$name"
  done)
  if [ -n "$missing" ]; then
    echo "database $PGDATABASE has no extension ${missing% }, and role $PGUSER may not make it: an administrator runs CREATE EXTENSION there first" >&2
    exit 1
  fi
  sed '/^[0-9]*; [0-9]* [0-9]* \(COMMENT - \)\{0,1\}EXTENSION /d' "$TMPDIR/all" >"$list"
  set -- --use-list="$list" --no-owner --no-acl
fi
pg_restore --no-password --dbname="$PGDATABASE" --clean --if-exists --single-transaction "$@" "$dump"
# Without it the planner knows nothing of what has come.
psql --no-password --no-psqlrc --quiet --command='ANALYZE'
