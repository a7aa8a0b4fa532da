# What the scripts of FalkorDB share. Sourced, never run. FALKORDB_HOST is where it is, REDISCLI_AUTH its password, and
# KEY_OF_STORE says where that must come from. Needs redis-cli 7 or later.
set -eu

if [ -n "${KEY_OF_STORE:-}" ]; then
  # Secrets that come from files often end with a line break; the substitution removes it.
  REDISCLI_AUTH=$(printf '%s' "${REDISCLI_AUTH:-}")
  if [ -z "$REDISCLI_AUTH" ]; then
    echo "there is no $KEY_OF_STORE, the password of FalkorDB: make it, then run this again" >&2
    exit 1
  fi
  export REDISCLI_AUTH
fi

# cli ARGUMENTS: an error that it answers is an error here, on the standard error.
cli() {
  redis-cli -e --raw -h "$FALKORDB_HOST" "$@"
}

# forks: how often it has forked so far; nothing while it writes a snapshot or a new log.
forks() {
  info=$(cli INFO </dev/null | tr -d '\r')
  case $info in *rdb_bgsave_in_progress:1* | *aof_rewrite_in_progress:1*) return 0 ;; esac
  printf '%s\n' "$info" | sed -n 's/^total_forks://p'
}

# value GRAPH FILE: writes the value of a graph into a file, which stays empty where there is no such graph. While a snapshot
# is written a large graph counts as many values, of which this would be the first.
value() {
  while :; do
    begun=$(forks)
    if [ -n "$begun" ]; then
      cli DUMP "$1" >"$2.line" </dev/null
      if [ "$begun" = "$(forks)" ]; then break; fi
    fi
    sleep 1
  done
  # redis-cli ends what it prints with a line break of its own.
  head -c "$(($(wc -c <"$2.line") - 1))" "$2.line" >"$2"
  rm "$2.line"
}

# It may be starting, and answers an error while it loads its data.
left=60
until answer=$(cli ping 2>&1) && [ "$answer" = PONG ]; do
  left=$((left - 1))
  case $answer in *WRONGPASS* | *NOAUTH*) left=0 ;; esac
  if [ "$left" -le 0 ]; then
    echo "FalkorDB at $FALKORDB_HOST is not ready: $(printf '%s' "$answer" | tail -n 1)" >&2
    exit 1
  fi
  sleep 1
done
