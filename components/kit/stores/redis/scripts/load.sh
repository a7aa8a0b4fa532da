#!/bin/sh
# Makes the keys in FILES what they were, other keys are left alone. A Redis of this container reads the snapshot and hands
# its keys over, so that the living one need not stop and keeps its own settings.
. "$(dirname "$0")/redis.sh"

# Where nobody else can ask it.
socket=$TMPDIR/redis.sock
here() { redis-cli -e --raw -s "$socket" "$@"; }
env -u REDISCLI_AUTH redis-server --port 0 --unixsocket "$socket" --dir "$FILES" --dbfilename dump.rdb --save '' \
  ${tls:+--tls-cluster yes --tls-ca-cert-dir /etc/ssl/certs} >"$TMPDIR/server" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || :' EXIT
password=${REDISCLI_AUTH:-}
unset REDISCLI_AUTH
until [ "$(here ping 2>/dev/null </dev/null)" = PONG ]; do
  kill -0 "$server" 2>/dev/null || fail "the snapshot is not read: $(tail -n 1 "$TMPDIR/server")"
  sleep 1
done

# The password is what is read from the standard input, as the last argument.
hand_over='
local from = "0"
local count = 0
redis.call("SELECT", ARGV[3])
repeat
  local answer = redis.call("SCAN", from, "COUNT", 100)
  from = answer[1]
  for _, key in ipairs(answer[2]) do
    local command = { "MIGRATE", ARGV[1], ARGV[2], "", ARGV[3], 60000, "COPY", "REPLACE" }
    if ARGV[5] ~= "" then
      if ARGV[4] ~= "" then
        for _, word in ipairs({ "AUTH2", ARGV[4], ARGV[5] }) do command[#command + 1] = word end
      else
        for _, word in ipairs({ "AUTH", ARGV[5] }) do command[#command + 1] = word end
      end
    end
    command[#command + 1] = "KEYS"
    command[#command + 1] = key
    redis.call(unpack(command))
    count = count + 1
  end
until from == "0"
return count
'
for database in $(here INFO keyspace </dev/null | sed -n 's/^db\([0-9]*\):.*/\1/p'); do
  count=$(printf '%s' "$password" | here -x EVAL "$hand_over" 0 "$host" "$REDIS_PORT" "$database" "$user")
  echo "database $database: $count keys loaded"
done
