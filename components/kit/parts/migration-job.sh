# Runs a migration within a time, and says how it is run again where it fails. Arguments: seconds, the command.
# Needs a POSIX shell and timeout. HOSTNAME is that of the pod: the name of its Job, and five letters.
seconds=$1
shift
trap 'exit 143' HUP INT TERM
timeout -k 10 "$seconds" "$@" &
child=$!
trap 'kill "$child" 2>/dev/null; wait "$child"; exit 143' HUP INT TERM
wait "$child"
code=$?
[ "$code" -ne 0 ] || exit 0
case $code in 124 | 137) echo "not done within $seconds s: look at what it waits for, or allow more time" >&2 ;; esac
echo "once that is mended: delete Job ${HOSTNAME%-*}, then run up again" >&2
exit "$code"
