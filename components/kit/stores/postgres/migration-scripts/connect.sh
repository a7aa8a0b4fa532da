# What talks to a database for a migration. Where it is and as whom is in the variables of libpq.
#
#   WAIT_SECONDS  time that the database may take to be reached
set -eu
trap 'exit 143' HUP INT TERM
fail() {
  printf '%s\n' "$1" >&2
  exit 1
}
# Secrets that come from files often end with a line break; the substitution removes it.
PGPASSWORD=$(printf '%s' "$PGPASSWORD")
export PGPASSWORD PGCONNECT_TIMEOUT=5 PGAPPNAME=memory-fleet-migration
sql() { psql --no-password --no-psqlrc --quiet --no-align --tuples-only --set=ON_ERROR_STOP=1 "$@"; }
left=$WAIT_SECONDS
# again WHY: waits two seconds, or fails with the reason when the time is over.
again() {
  left=$((left - 2))
  [ "$left" -gt 0 ] || fail "$1 (waited $WAIT_SECONDS s)"
  sleep 2
}
# Until it lets us in: it may be starting, or being made.
until said=$(sql --command='SELECT 1' 2>&1); do
  case $said in
    *'password authentication failed'* | *'root certificate'* | *'certificate verify failed'* | *'server does not support SSL'*)
      fail "PostgreSQL at $PGHOST refuses us: $(printf '%s' "$said" | tail -n 1)" ;;
  esac
  again "PostgreSQL at $PGHOST is not reached: $(printf '%s' "$said" | tail -n 1)"
done
