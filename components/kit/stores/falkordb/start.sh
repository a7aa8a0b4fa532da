# Starts FalkorDB. Everything is told to Redis by its standard input: the password is in no argument and in no environment.
#
#   BIND           addresses that it listens on
#   PASSWORD_FILE  the password that clients must show. Unset where it asks for none
#   MAX_BYTES      memory for the graphs
#   FALKORDB_ARGS  arguments of the module, which the image has some of
set -eu

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Where the images have it, later and earlier ones.
for module in /var/lib/falkordb/bin/falkordb.so /FalkorDB/bin/src/falkordb.so; do
  if [ -e "$module" ]; then break; fi
done
[ -e "$module" ] || fail "the image has no falkordb.so where those of FalkorDB have it: set an image of FalkorDB"

requirepass=
if [ -n "${PASSWORD_FILE:-}" ]; then
  password=$(cat "$PASSWORD_FILE")
  [ -n "$password" ] || fail 'the password of FalkorDB is empty: give its Secret a value'
  requirepass="requirepass \"$(printf '%s' "$password" | sed 's/[\\"]/\\&/g')\""
fi

# Without a limit the kernel ends it; with one it refuses to write, and says so. A graph that is dumped or loaded is one
# value, which by default may not be larger than 512 MB.
exec redis-server - <<CONFIG
port 6379
bind $BIND
protected-mode no
dir /data
appendonly yes
maxmemory $MAX_BYTES
maxmemory-policy noeviction
proto-max-bulk-len $MAX_BYTES
client-query-buffer-limit $MAX_BYTES
loadmodule $module ${FALKORDB_ARGS:-}
$requirepass
CONFIG
