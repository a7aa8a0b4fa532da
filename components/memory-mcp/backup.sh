#!/bin/sh
# Pushes the memories to their remotes: calls the server's `sync` tool over one MCP session. Needs a POSIX shell and curl.
#
#   MCP_URL          the protocol endpoint of the server
#   MCP_TOKEN        bearer token, where a proxy asks for one
#   TIMEOUT_SECONDS  time for the whole run
#
# What counts as success is a positive answer of the tool and nothing else: the server reports its errors with HTTP
# status 200. The last line says what failed, because Kubernetes shows the end of the log as the reason.
set -u
umask 077

work=
session=
request=

fail() {
  tidy
  echo "backup failed: $*" >&2
  exit 1
}

# Ends the session, so that failed runs do not use up the server's sessions, and removes what the run wrote.
tidy() {
  trap - EXIT HUP INT TERM
  if [ -n "$request" ]; then kill "$request" 2>/dev/null; fi
  if [ -n "$session" ]; then
    curl -q --silent --max-time 5 --output /dev/null --request DELETE --header "@$work/headers" "$MCP_URL" 2>/dev/null
  fi
  if [ -n "$work" ]; then rm -rf "$work"; fi
  session=
  work=
}

# The lines of a message, shortened to one.
one_line() {
  tr -s '\r\n\t' '   ' | cut -c 1-500 | sed 's/ *$//'
}

# post NAME MESSAGE: sends a message. The answer is then in the file `answer`, its headers in `answer.headers`.
post() {
  left=$((deadline - $(date +%s)))
  if [ "$left" -le 0 ]; then fail "$1: no answer within $TIMEOUT_SECONDS s"; fi
  printf '%s' "$2" >"$work/message"
  : >"$work/answer"
  while :; do
    # In the background, because a shell handles no signal while it waits for a foreground process.
    curl -q --silent --show-error --max-time "$left" --connect-timeout 10 \
      --header "@$work/headers" --data-binary "@$work/message" \
      --output "$work/answer" --dump-header "$work/answer.headers" --write-out '%{http_code}' \
      "$MCP_URL" >"$work/status" 2>"$work/error" &
    request=$!
    wait "$request"
    code=$?
    # 6: the name is not known, 7: the connection is refused.
    case $code in
    6 | 7) if [ -n "$session" ] || [ "$(date +%s)" -ge "$settled" ]; then break; fi ;;
    *) break ;;
    esac
    sleep 1 &
    request=$!
    wait "$request"
  done
  request=
  if [ "$code" -eq 28 ]; then fail "$1: no answer within the time ($(one_line <"$work/error"))"; fi
  if [ "$code" -ne 0 ]; then fail "$1: $(one_line <"$work/error")"; fi
  status=$(cat "$work/status")
  case $status in
  2??) ;;
  *) fail "$1: HTTP status $status: $(one_line <"$work/answer")" ;;
  esac
}

# The JSON-RPC response in the file `answer`: the data of its events, or all of it where it is no event stream.
# Notifications may come first; a response is what has a result or an error.
response() {
  if grep -q '^data:' "$work/answer"; then sed -n 's/^data: *//p' "$work/answer"; else cat "$work/answer"; fi |
    tr -d '\r' | grep -E '"(result|error)" *:' | tail -n 1
}

# succeed NAME: leaves the response in `reply`; fails unless it has a result.
succeed() {
  reply=$(response)
  case $reply in
  '') fail "$1: the server sent no response: $(one_line <"$work/answer")" ;;
  # A string within the JSON has its quotes escaped, so these are members of the message itself.
  *'"error":'* | *'"error" :'*) fail "$1: $(printf '%s' "$reply" | one_line)" ;;
  *'"isError":true'* | *'"isError": true'*) fail "$1: $(printf '%s' "$reply" | one_line)" ;;
  esac
}

if [ -z "${MCP_URL:-}" ]; then fail 'MCP_URL is not set'; fi
case ${TIMEOUT_SECONDS:=300} in
'' | 0* | *[!0-9]*) fail "TIMEOUT_SECONDS is not a number of seconds: $TIMEOUT_SECONDS" ;;
esac
deadline=$(($(date +%s) + TIMEOUT_SECONDS))
# Where rules of the node enforce network policies, as in k3s, those for a pod are written when it runs already: until then
# it is refused everything. A server that restarts refuses too.
settled=$(($(date +%s) + 60))
if [ "$settled" -gt "$deadline" ]; then settled=$deadline; fi

trap 'fail "stopped before it was done"' HUP INT TERM
trap tidy EXIT
work=$(mktemp -d "${TMPDIR:-/tmp}/backup.XXXXXX") || fail 'there is no folder to write to'

# In a file, because arguments of processes can be read by others.
cat >"$work/headers" <<END
Content-Type: application/json
Accept: application/json, text/event-stream
END
# Secrets that come from files often end with a line break; the substitution removes it.
token=$(printf '%s' "${MCP_TOKEN:-}")
case $token in
*'
'*) fail 'MCP_TOKEN has more than one line' ;;
esac
if [ -n "$token" ]; then printf 'Authorization: Bearer %s\n' "$token" >>"$work/headers"; fi

post initialize '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"memory-fleet-backup","version":"1"}}}'
succeed initialize
id=$(tr -d '\r' <"$work/answer.headers" | sed -n 's/^[Mm][Cc][Pp]-[Ss][Ee][Ss][Ss][Ii][Oo][Nn]-[Ii][Dd]: *//p' | tail -n 1)
if [ -z "$id" ]; then fail 'initialize: the server opened no session (no Mcp-Session-Id header)'; fi
protocol=$(printf '%s' "$reply" | sed -n 's/.*"protocolVersion" *: *"\([^"]*\)".*/\1/p')
printf 'Mcp-Session-Id: %s\nMCP-Protocol-Version: %s\n' "$id" "${protocol:-2025-06-18}" >>"$work/headers"
session=$id

post initialized '{"jsonrpc":"2.0","method":"notifications/initialized"}'
post sync '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"sync","arguments":{}}}'
succeed sync

# The tool answers with JSON in a string: {"branch":…,"pull":…,"status":"sync complete"}.
answer=$(printf '%s' "$reply" | sed -n -E 's/.*"text" *: *"(([^"\\]|\\.)*)".*/\1/p' | sed 's/\\"/"/g')
case $answer in
*'"pull":"no-remote"'*) fail "sync: the server has no remote to push to: $answer" ;;
*'"status":"sync complete"'*) ;;
*) fail "sync: not a known answer: $(printf '%s' "$reply" | one_line)" ;;
esac

tidy
printf '%s\n' "$answer"
