# Starts Redis. Everything is told to it by its standard input: the password is in no argument and in no environment.
#
#   BIND           addresses that it listens on
#   PASSWORD_FILE  the password that clients must show. Unset where it asks for none
#   MAX_BYTES      memory for the data
#   REDIS_FOLDER   the volume
set -eu
# A shell that is the first process of its container ignores signals that it does not handle.
trap 'exit 143' HUP INT TERM

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

requirepass=
if [ -n "${PASSWORD_FILE:-}" ]; then
  password=$(cat "$PASSWORD_FILE")
  [ -n "$password" ] || fail 'the password of Redis is empty: give its Secret a value'
  case $password in *'
'*) fail 'the password of Redis has a line break in it: give its Secret another value' ;; esac
  requirepass="requirepass \"$(printf '%s' "$password" | sed 's/[\\"]/\\&/g')\""
fi

# What it keeps is its log. A volume that another Redis has left only a snapshot on would start empty, and the snapshot
# would never be looked at again: its data become a log first.
cd "$REDIS_FOLDER"
if [ -s dump.rdb ] && [ ! -s appendonlydir/appendonly.aof.manifest ] && [ ! -s appendonly.aof ]; then
  echo 'there is a snapshot and no log: the log is made of it'
  redis-server --bind 127.0.0.1 --port 6380 --dir "$REDIS_FOLDER" --appendonly no --save '' >/dev/null &
  ask() { redis-cli -e -h 127.0.0.1 -p 6380 "$@" </dev/null; }
  until [ "$(ask ping 2>/dev/null)" = PONG ]; do
    kill -0 "$!" 2>/dev/null || fail 'the snapshot is not read: it is damaged, or of a later version of Redis'
    sleep 1
  done
  ask CONFIG SET appendonly yes >/dev/null
  state() { ask INFO persistence | tr -d '\r'; }
  while state | grep -q '^aof_rewrite_\(in_progress\|scheduled\):1'; do sleep 1; done
  state | grep -qx aof_last_bgrewrite_status:ok || fail 'the log is not made of the snapshot: is the volume full?'
  ask SHUTDOWN NOSAVE >/dev/null 2>&1 || :
  wait || :
fi

# Without a limit the kernel ends it; with one it refuses to write, and says so. Nothing is evicted: a queue is no cache.
# The log is enough: snapshots besides would be copies of the whole memory.
exec redis-server - <<CONFIG
port 6379
bind $BIND
protected-mode no
dir $REDIS_FOLDER
appendonly yes
appendfsync everysec
save ""
maxmemory $MAX_BYTES
maxmemory-policy noeviction
$requirepass
CONFIG
