# What the scripts of PostgreSQL share. Sourced, never run. Where it is and as whom is in the variables of libpq; PGPASSWORD
# is the password, and KEY_OF_STORE says where it must come from.
set -eu

if [ -n "${KEY_OF_STORE:-}" ]; then
  # Secrets that come from files often end with a line break; the substitution removes it.
  PGPASSWORD=$(printf '%s' "${PGPASSWORD:-}")
  if [ -z "$PGPASSWORD" ]; then
    echo "there is no $KEY_OF_STORE, the password of PostgreSQL: make it, then run this again" >&2
    exit 1
  fi
  export PGPASSWORD
fi
# Who holds a table fails a restore rather than holding it up until its deadline.
export PGOPTIONS='-c lock_timeout=60s' PGCONNECT_TIMEOUT=10 PGAPPNAME=memory-fleet-backup

# It may be starting.
left=60
until pg_isready -q; do
  left=$((left - 1))
  if [ "$left" -le 0 ]; then
    echo "PostgreSQL at $PGHOST is not ready" >&2
    exit 1
  fi
  sleep 1
done
