# Migrates within a time, once nobody else does. Arguments: the file that is there while the lock is held, seconds, the command.
# Needs a POSIX shell and timeout.
held=$1 seconds=$2
shift 2
trap 'exit 143' HUP INT TERM
left=$seconds
until [ -e "$held" ]; do
  if [ "$left" -le 0 ]; then
    echo "another migration holds the lock for $seconds s: look at what it does" >&2
    exit 1
  fi
  sleep 1
  left=$((left - 1))
done
timeout -k 10 "$seconds" "$@" &
child=$!
trap 'kill "$child" 2>/dev/null; wait "$child"; exit 143' HUP INT TERM
wait "$child"
code=$?
case $code in 124 | 137) echo "not migrated within $seconds s: look at what holds its tables, or allow more time" >&2 ;; esac
exit "$code"
