#!/bin/sh
# Makes the keys in FILES what they were, other keys are left alone. A Redis of this container reads the snapshot, and its
# keys go one by one to the living one, which need not stop and keeps its own settings.
. "$(dirname "$0")/redis.sh"

# Where nobody else can ask it.
socket=$TMPDIR/redis.sock
here() { env -u REDISCLI_AUTH redis-cli -e --raw -s "$socket" "$@"; }
redis-server --port 0 --unixsocket "$socket" --dir "$FILES" --dbfilename dump.rdb --save '' >"$TMPDIR/server" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || :' EXIT
until [ "$(here ping 2>/dev/null </dev/null)" = PONG ]; do
  kill -0 "$server" 2>/dev/null || fail "the snapshot is not read: $(tail -n 1 "$TMPDIR/server")"
  sleep 1
done

# The next hundred keys or so as requests in the protocol of Redis. How far it has come is a key of its own.
next='
local state = KEYS[1]
local answer = redis.call("SCAN", redis.call("GET", state) or "0", "COUNT", 100)
local requests = {}
for _, key in ipairs(answer[2]) do
  local value = key ~= state and redis.call("DUMP", key)
  if value then
    local words = { "RESTORE", key, tostring(math.max(redis.call("PTTL", key), 0)), value, "REPLACE" }
    for index, word in ipairs(words) do words[index] = "$" .. #word .. "\r\n" .. word .. "\r\n" end
    requests[#requests + 1] = "*5\r\n" .. table.concat(words)
  end
end
redis.call("SET", state, answer[1] == "0" and "end" or answer[1])
return table.concat(requests)
'
state="memory-fleet:restored-to:$$"
for database in $(here INFO keyspace </dev/null | sed -n 's/^db\([0-9]*\):.*/\1/p'); do
  while [ "$(here -n "$database" GET "$state" </dev/null)" != end ]; do
    here -n "$database" EVAL "$next" 1 "$state" </dev/null || break
  done | cli -n "$database" --pipe >"$TMPDIR/said" 2>&1 ||
    fail "database $database is not loaded: $(sed -n '/^ERR\|^[A-Z]* /p' "$TMPDIR/said" | head -n 1)"
  echo "database $database: $(tail -n 1 "$TMPDIR/said")"
done
