# Writes what the proxy knows clients by, one line for each file of KEYS: the digest of the key in it, and its name. Then runs the
# proxy, whose command is the arguments, and goes on to look: keys that change in a running pod are known within seconds.
#
# KEYS: folder with the keys, mounted from a Secret. PROXY_KEYS: the file to write. KEYS_SECONDS: how often to look.
set -u
umask 077

known() {
  for file in "$KEYS"/*; do
    [ -f "$file" ] || continue
    # A key from a file often ends with a line break, which no header can carry; the substitution removes it.
    key=$(cat "$file")
    [ -n "$key" ] || continue
    digest=$(printf %s "$key" | sha256sum)
    printf '%s %s\n' "${digest%% *}" "${file##*/}"
  done
}

look() {
  while sleep "$KEYS_SECONDS" && kill -0 "$proxy" 2>/dev/null; do
    known >"$PROXY_KEYS.new"
    cmp -s "$PROXY_KEYS.new" "$PROXY_KEYS" && continue
    mv "$PROXY_KEYS.new" "$PROXY_KEYS"
    # The master starts a new worker, and the old one ends with its last request.
    kill -USR2 "$proxy"
  done
}

known >"$PROXY_KEYS"
# Beside the looking and not its parent: the master of the proxy ends only once it has no child left, whoever's that is.
"$@" &
proxy=$!
trap 'kill -USR1 "$proxy"' USR1
trap 'kill -TERM "$proxy"' HUP INT TERM
look &
looking=$!
wait "$proxy"
code=$?
# A signal ends a wait early.
while kill -0 "$proxy" 2>/dev/null; do
  wait "$proxy"
  code=$?
done
kill "$looking"
exit "$code"
