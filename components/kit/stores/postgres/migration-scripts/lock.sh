# Holds a lock of the database for as long as it runs. Arguments: what is migrated, the file that is there meanwhile.
name=$1 held=$2
rm -f "$held"
trap 'rm -f "$held"; exit 0' HUP INT TERM
# The lock is one number; it goes with the session, whatever ends that. A shell waits for a signal only in the background.
{
  printf "SELECT pg_advisory_lock(hashtext('memory-fleet migration'), hashtext('%s'));\n" "$name"
  printf '\\! touch "%s"\n' "$held"
  while sleep 5; do echo 'SELECT 1;'; done
} | sql >/dev/null &
wait "$!" || :
rm -f "$held"
fail 'the session of the lock has ended'
