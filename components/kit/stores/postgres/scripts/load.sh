#!/bin/sh
# Makes everything in the dump what it was, or changes nothing. What is not in the dump is left alone.
. "$(dirname "$0")/postgres.sh"
pg_restore --no-password --dbname="$PGDATABASE" --clean --if-exists --single-transaction "$FILES/database.dump"
# Without it the planner knows nothing of what has come.
psql --no-password --no-psqlrc --quiet --command='ANALYZE'
