# Writes what the proxy knows clients by, one line for each file of KEYS: the digest of the key in it, and its name. Then becomes
# the proxy, whose command is the arguments, and goes on to look: keys that change in a running pod are known within seconds.
#
# KEYS: folder with the keys, mounted from a Secret. PROXY_KEYS: the file to write. KEYS_SECONDS: how often to look.
set -u
umask 077
proxy=$$

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

known >"$PROXY_KEYS"
while sleep "$KEYS_SECONDS" && kill -0 "$proxy" 2>/dev/null; do
  known >"$PROXY_KEYS.new"
  cmp -s "$PROXY_KEYS.new" "$PROXY_KEYS" && continue
  mv "$PROXY_KEYS.new" "$PROXY_KEYS"
  # The master starts a new worker, and the old one ends with its last request.
  kill -USR2 "$proxy"
done &
exec "$@"
