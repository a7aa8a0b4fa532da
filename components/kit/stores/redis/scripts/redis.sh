# What the scripts of Redis share. Sourced, never run. Needs redis-cli 6 or later.
#
#   REDIS_HOST, REDIS_PORT  where it is
#   REDISCLI_AUTH           its password; or REDIS_URL, a URL of that place with user, password and database
#   KEY_OF_STORE            where that secret must come from
set -eu

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

# Secrets that come from files often end with a line break; the substitution removes it.
REDISCLI_AUTH=$(printf '%s' "${REDISCLI_AUTH:-}")
url=$(printf '%s' "${REDIS_URL:-}")
unset REDIS_URL
if [ -n "${KEY_OF_STORE:-}" ] && [ -z "$REDISCLI_AUTH$url" ]; then
  fail "there is no $KEY_OF_STORE, the secret of Redis: make it, then run this again"
fi

# What a part of a URL stands for.
decoded() {
  coded=$1 plain=
  while case $coded in *%[0-9A-Fa-f][0-9A-Fa-f]*) true ;; *) false ;; esac; do
    start=${coded%%%[0-9A-Fa-f][0-9A-Fa-f]*}
    coded=${coded#"$start"%}
    hex=${coded%"${coded#??}"}
    coded=${coded#??}
    plain=$plain$start$(printf "\\$(printf %03o "0x$hex")")
  done
  printf '%s' "$plain$coded"
}

tls= user=
if [ -n "$url" ]; then
  case $url in
    rediss://*) tls=1 ;;
    redis://*) ;;
    *) fail "$KEY_OF_STORE is no URL that begins with redis:// or rediss://" ;;
  esac
  rest=${url#*://}
  place=${rest%%[/?]*}
  case $place in *@*)
    login=${place%@*} place=${place##*@}
    user=$(decoded "${login%%:*}") REDISCLI_AUTH=$(decoded "${login#*:}") ;;
  esac
  case $place in *,*) fail "$KEY_OF_STORE names several servers: a Redis Cluster is not supported" ;; esac
  case $place in *:[0-9]*) ;; *) place=$place:6379 ;; esac
  [ "$place" = "$REDIS_HOST:$REDIS_PORT" ] ||
    fail "$KEY_OF_STORE names $place and the settings $REDIS_HOST:$REDIS_PORT, which alone the network policies let pods reach: make them one"
fi
unset url rest login
host=${REDIS_HOST#\[} host=${host%\]}
if [ -n "$REDISCLI_AUTH" ]; then export REDISCLI_AUTH; else unset REDISCLI_AUTH; fi

# cli ARGUMENTS: an error that it answers is an error here, on the standard error.
cli() {
  ${patience:-} redis-cli -e --raw -h "$host" -p "$REDIS_PORT" ${tls:+--tls} ${user:+--user "$user"} --no-auth-warning "$@"
}

# It may be starting, and answers an error while it loads its data. One that speaks no TLS answers nothing to who does.
until=$(($(date +%s) + 60))
patience='timeout 10'
until answer=$(cli ping 2>&1 </dev/null) && [ "$answer" = PONG ]; do
  answer=$(printf '%s' "${answer:-no answer within 10 s${tls:+: does it speak TLS?}}" | tail -n 1)
  case $answer in *WRONGPASS* | *NOAUTH* | *NOPERM* | *'speak TLS'*) until=0 ;; esac
  [ "$(date +%s)" -lt "$until" ] || fail "Redis at $host is not ready: $answer"
  sleep 1
done
patience=
if cli INFO cluster </dev/null | tr -d '\r' | grep -qx cluster_enabled:1; then
  fail "$host is a Redis Cluster, which keeps keys on several servers and has one database: use the endpoint of a single Redis"
fi
