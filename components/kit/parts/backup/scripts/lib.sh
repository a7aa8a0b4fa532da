# What the scripts of a backup share. Sourced, never run. Needs a POSIX shell, awk and timeout.
#
#   WORK              folder that all containers of the pod share
#   ACTION            what the Job is for: backup, restore, list or drill
#   STORES            names of the stores, in the order in which they are saved and loaded
#   DEADLINE_SECONDS  time for the whole Job, from its first container on
#
# In $WORK: `data/<store>/files` is what a store has dumped, `data/<store>/before` and `data/<store>/after` are its counts
# around that; `there/<store>` and `loaded/<store>` are counts of the store that is restored into. A count is a line for
# each thing that the store has: a number, a space, a name.
#
# The last line of a container's log is JSON, because Kubernetes shows the end of the log as the reason of a failure.
set -u
umask 077
child=
mkdir -p "$WORK/tmp"
export TMPDIR="$WORK/tmp"
out=$TMPDIR/out
err=$TMPDIR/err

now() {
  date -u +%Y-%m-%dT%H:%M:%SZ
}

# The standard input as a JSON string.
json_text() {
  printf '"%s"' "$(tr -s '\r\n\t' '   ' | tr -d '\000-\037' | cut -c 1-600 | sed 's/ *$//; s/\\/\\\\/g; s/"/\\"/g')"
}

# fail WHY [MEMBERS]: ends with a last line that says why, with further members of its object.
fail() {
  trap - HUP INT TERM
  why=$(printf '%s' "$1" | json_text)
  printf '{"action":"%s","ok":false,"time":"%s","why":%s%s}\n' "$ACTION" "$(now)" "$why" "${2:+,$2}"
  exit 1
}

stop() {
  if [ -n "$child" ]; then
    kill "$child" 2>/dev/null
    wait "$child"
  fi
  fail 'stopped before it was done'
}
trap stop HUP INT TERM

# run WHAT COMMAND…: runs a command within the time that is left. In the background, because a shell handles no signal
# while it waits for a foreground process.
run() {
  what=$1
  shift
  [ -f "$WORK/begun" ] || date +%s >"$WORK/begun"
  left=$(($(cat "$WORK/begun") + DEADLINE_SECONDS - $(date +%s)))
  [ "$left" -gt 0 ] || fail "$what: no time is left of $DEADLINE_SECONDS s"
  timeout "$left" "$@" >"$out" 2>"$err" &
  child=$!
  wait "$child"
  code=$?
  child=
  [ "$code" -eq 0 ] && return 0
  [ "$(date +%s)" -lt $(($(cat "$WORK/begun") + DEADLINE_SECONDS)) ] || fail "$what: not done within $DEADLINE_SECONDS s"
  return "$code"
}

# The last words of the command that `run` ran.
said() {
  sed '/^Is there a repository at the following location/,$d; s/^Fatal: //' "$err" | tail -n 3
}

# The counts in a file as a JSON object.
json_counts() {
  tr -d '\000-\011\013-\037' <"$1" | sed 's/\\/\\\\/g; s/"/\\"/g' |
    awk '{ count = $1; sub(/^[0-9]+ /, ""); printf "%s\"%s\":%d", separator, $0, count; separator = "," }
      BEGIN { printf "{" }
      END { printf "}" }'
}

# json_stores FOLDER [FILE]: the counts of all stores as a JSON object.
json_stores() {
  separator='{'
  for store in $STORES; do
    printf '%s"%s":%s' "$separator" "$store" "$(json_counts "$1/$store${2:+/$2}")"
    separator=,
  done
  printf '}'
}
