#!/bin/sh
# Counts the rows of every table, all at one moment.
. "$(dirname "$0")/postgres.sh"
psql --no-password --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT format('SELECT count(*) || %L FROM ONLY %I.%I', ' ' || nspname || '.' || relname, nspname, relname)
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname !~ '^pg_'
ORDER BY nspname, relname
\gexec
COMMIT;
SQL
