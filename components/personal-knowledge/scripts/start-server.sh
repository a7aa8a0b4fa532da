#!/bin/bash
# Waits for the stores and then becomes the server, whose command is the arguments. The server looks for its stores once, at
# its start: without Chroma it ends, and without the graph it runs on and never looks again. It also ends when it loses the
# graph, so that every start of the container waits, not only the first of a pod.
#
# CHROMADB_HOST, CHROMADB_PORT: always waited for. FALKORDB_HOST, FALKORDB_PORT, FALKORDB_USER, FALKORDB_PASSWORD: waited for
# where there is a password, without which the server uses no graph. WAIT_SECONDS: how long for each.
set -u
trap 'exit 143' TERM INT

say_seconds=60
answer_seconds=5

# Every try is a shell of its own, because a connection into the void ends with its process alone.
attempt() { timeout "$answer_seconds" bash -c "$1" 2>/dev/null; }

# It refuses HTTP/1.0.
chroma_answers() {
  attempt '
    exec 3<>"/dev/tcp/$CHROMADB_HOST/$CHROMADB_PORT" || exit
    printf "GET /api/v2/heartbeat HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" "$CHROMADB_HOST" >&3
    read -r _ status _ <&3 && [ "$status" = 200 ]'
}

# With the password, because without it nothing says whether the graph is still being loaded.
graph_answers() {
  attempt '
    LC_ALL=C
    word() { printf "\$%s\r\n%s\r\n" "${#1}" "$1"; }
    exec 3<>"/dev/tcp/$FALKORDB_HOST/$FALKORDB_PORT" || exit
    { printf "*3\r\n"; word AUTH; word "$FALKORDB_USER"; word "$FALKORDB_PASSWORD"; printf "*1\r\n"; word PING; } >&3
    read -r login <&3 && read -r pong <&3 && [[ $login == +OK* && $pong == +PONG* ]]'
}

# Arguments: what it is, where it is, and how to ask for it.
wait_for() {
  local start=$SECONDS said=-$say_seconds
  until "$3"; do
    if [ $((SECONDS - start)) -ge "$WAIT_SECONDS" ]; then
      printf '%s does not answer at %s after %s s; remedy: see whether its pod is ready, whether both read the same password, and whether a network policy lets this pod reach it\n' "$1" "$2" "$WAIT_SECONDS" >&2
      return 1
    fi
    if [ $((SECONDS - said)) -ge $say_seconds ]; then
      printf 'waiting for %s at %s\n' "$1" "$2"
      said=$SECONDS
    fi
    sleep 1
  done
  printf '%s answers\n' "$1"
}

wait_for Chroma "$CHROMADB_HOST:$CHROMADB_PORT" chroma_answers || exit 1
if [ -n "${FALKORDB_PASSWORD:-}" ]; then
  # Search works without the graph, so that its absence costs the tools of the graph alone.
  wait_for 'the graph' "$FALKORDB_HOST:$FALKORDB_PORT" graph_answers ||
    printf 'the server starts without the graph, and looks for it again at its next start only\n' >&2
fi
exec "$@"
