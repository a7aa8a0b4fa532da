#!/bin/sh
# Fetches the model of llama.cpp once. It is there under its name whole and checked, or not at all.
#
# MODEL_URL         where it is, https or http; of a model in parts, where the first is
# MODEL_FILE        name of its file; of a model in parts, of the first: NAME-00001-of-00003.gguf
# MODELS_DIR        folder that it is kept in
# MODEL_SHA256      its checksum; without one, its length is what the server says, and its first bytes are a model's.
#                   Of a model in parts, those of all parts, with blanks between them
# DEADLINE_SECONDS  time that all tries together may take
# HF_TOKEN          token for models that ask for one; it is sent to the host of MODEL_URL only
#
# A download that breaks off is continued, also by the next run. Needs curl and the tools of BusyBox.
set -u

# llama.cpp loads the first part and looks for the others beside it. Each is fetched as a file of its own.
case ${MODEL_PART:+/}$MODEL_FILE in
  /*) ;;
  *-00001-of-[0-9][0-9][0-9][0-9][0-9].gguf)
    begun=$(date +%s)
    name=${MODEL_FILE%-00001-of-*}
    count=${MODEL_FILE##*-of-}
    count=${count%.gguf}
    address=${MODEL_URL%-00001-of-"$count".gguf*}
    query=${MODEL_URL##*-00001-of-"$count".gguf}
    budget=$DEADLINE_SECONDS
    trap 'kill "$fetching" 2>/dev/null; wait "$fetching"; exit 143' TERM INT
    set -- ${MODEL_SHA256:-}
    number=1
    while [ "$number" -le "$count" ]; do
      MODEL_PART=$(printf '%05d-of-%s.gguf' "$number" "$count")
      MODEL_URL=$address-$MODEL_PART$query
      MODEL_FILE=$name-$MODEL_PART
      MODEL_SHA256=${1:-}
      DEADLINE_SECONDS=$((budget - $(date +%s) + begun))
      (. "$0") &
      fetching=$!
      wait "$fetching" || exit $?
      [ $# = 0 ] || shift
      number=$((number + 1))
    done
    exit 0
    ;;
esac

file=$MODELS_DIR/$MODEL_FILE
part=$MODELS_DIR/.$MODEL_FILE.part      # what has come so far
origin=$MODELS_DIR/.$MODEL_FILE.origin  # which version of which URL the part is of
seal=$MODELS_DIR/.$MODEL_FILE.checked   # what the file was when it was last checked
answer=$MODELS_DIR/.$MODEL_FILE.answer  # what curl tells of the last answer
expected=$(printf '%s' "${MODEL_SHA256:-}" | tr 'A-F' 'a-f')
started=$(date +%s)
transfer=

fail() {
  echo "model $MODEL_FILE: $1" >&2
  rm -f "$answer"
  exit 1
}

end() {
  [ -z "$transfer" ] || kill "$transfer" 2>/dev/null
  rm -f "$answer"
  exit 143
}
trap end TERM INT

size() { [ -e "$1" ] && wc -c <"$1" | tr -d ' ' || echo 0; }
left() { echo $((DEADLINE_SECONDS - $(date +%s) + started)); }
is_model() { [ "$(head -c 4 "$1" 2>/dev/null | tr -d '\0')" = GGUF ]; }

# Runs curl on the URL; its answer is then in status, total, etag, modified, type and code. A token comes on standard
# input, so that no list of processes shows it. The transfer is in the background, so that a signal ends the script at once.
ask() {
  { [ -z "${HF_TOKEN:-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$HF_TOKEN"; } |
    curl --config - --silent --fail --location --proto '=https,http' --proto-redir '=https,http' \
      --connect-timeout 20 --speed-limit 1000 --speed-time 60 --max-time "$(left)" \
      --write-out '%{http_code}|%header{content-length}|%header{content-range}|%header{etag}|%header{last-modified}|%{content_type}\n' \
      "$@" "$MODEL_URL" >"$answer" 2>/dev/null &
  transfer=$!
  wait "$transfer"
  code=$?
  transfer=
  IFS='|' read -r status length range etag modified type <"$answer" || [ -n "${status:-}" ] || status=000
  case $range in */[0-9]*) total=${range##*/} ;; *) total=$length ;; esac
}

# Accepts a file as the model where it is one. Its checksum is taken once: the seal tells the next run.
accept() {
  is_model "$1" || return 1
  if [ -n "$expected" ]; then
    actual=$(sha256sum "$1" | cut -d ' ' -f 1)
    [ "$actual" = "$expected" ] || return 1
  fi
}

seal_of() { printf '%s\n%s\n%s\n' "$MODEL_URL" "$expected" "$(size "$file")"; }

finish() {
  seal_of >"$seal.new" && mv "$seal.new" "$seal" || fail "$MODELS_DIR cannot be written"
  rm -f "$part" "$origin" "$answer"
  echo "model $MODEL_FILE: $1, $(size "$file") bytes"
  exit 0
}

drop_part() { rm -f "$part" "$origin"; }

# Where the URL cannot be asked, or asking again would not help.
refused() {
  case $status in
    401 | 403) fail "$MODEL_URL answers $status; remedy: give a token that may read it, or accept its terms where it is published" ;;
    404 | 410) fail "$MODEL_URL answers $status; remedy: correct the URL of the model" ;;
  esac
}

reason() {
  case $code in
    0) echo "status $status" ;;
    6 | 7) echo "the host cannot be reached" ;;
    18 | 56 | 92) echo "the connection broke off" ;;
    22) echo "status $status" ;;
    23) fail "$MODELS_DIR cannot be written, or is full" ;;
    28) echo "it takes too long" ;;
    35 | 60 | 77) echo "the certificate of the host is not trusted" ;;
    *) echo "curl ended with $code" ;;
  esac
}

case $MODEL_FILE in */* | .* | '') fail 'the name of the file may hold no slash and begin with no dot' ;; esac
mkdir -p "$MODELS_DIR" 2>/dev/null && : >"$answer" || fail "$MODELS_DIR cannot be written by $(id -u):$(id -g)"

if [ -e "$file" ]; then
  if [ -e "$seal" ] && [ "$(cat "$seal")" = "$(seal_of)" ] && is_model "$file"; then
    rm -f "$answer"
    echo "model $MODEL_FILE: it is there"
    exit 0
  fi
  if [ -n "$expected" ]; then
    accept "$file" && finish 'it was there, and has its checksum'
    echo "model $MODEL_FILE: the file there has another checksum; it is fetched anew"
  elif [ ! -e "$seal" ]; then
    ask --head --output /dev/null
    refused
    [ "$code" = 0 ] || fail "the file there cannot be checked: $(reason); remedy: name its checksum"
    [ -n "$total" ] && [ "$total" = "$(size "$file")" ] && accept "$file" && finish 'it was there, and is as long as the server says'
    echo "model $MODEL_FILE: the file there is not the model of the URL; it is fetched anew"
  else
    echo "model $MODEL_FILE: URL or checksum has changed; it is fetched anew"
  fi
fi

tries=0
while [ "$(left)" -gt 0 ]; do
  before=$(size "$part")
  [ "$(sed -n 1p "$origin" 2>/dev/null)" = "$MODEL_URL" ] || { drop_part; before=0; }
  version=$(sed -n 2p "$origin" 2>/dev/null)
  # With If-Range a server sends what is missing of the same version, and everything of another one.
  if [ "$before" -gt 0 ] && [ -n "$version" ]; then
    echo "model $MODEL_FILE: continued at $before bytes"
    ask --output "$part" --continue-at - --header "If-Range: $version"
  else
    rm -f "$part"
    before=0
    ask --output "$part"
  fi
  [ "$status" != 200 ] || printf '%s\n%s\n' "$MODEL_URL" "${etag:-$modified}" >"$origin"

  # Everything had come when the last run ended.
  if [ "$code:$status" = 22:416 ] && [ "$total" = "$(size "$part")" ]; then code=0; fi

  if [ "$code" = 0 ]; then
    if ! is_model "$part"; then
      drop_part
      fail "$MODEL_URL sends no model in the format GGUF but ${type:-something else}; remedy: use the URL that downloads the file itself"
    elif [ -z "$total$expected" ]; then
      drop_part
      fail 'the server names no length, so a part could pass for the whole; remedy: name the checksum'
    elif [ -n "$total" ] && [ "$total" != "$(size "$part")" ]; then
      why="$(size "$part") bytes have come of $total"
      drop_part
    elif ! accept "$part"; then
      drop_part
      fail "its checksum is $actual, not $expected; remedy: correct the checksum, or do not use this file"
    else
      sync "$part" 2>/dev/null || sync
      mv "$part" "$file" || fail "$MODELS_DIR cannot be written"
      finish "fetched in $(($(date +%s) - started)) s"
    fi
  else
    why=$(reason) || exit 1
    refused
    # The server has another version by now, sends no parts, or has no more than what has come.
    case $code:$status in
      33:* | *:416)
        drop_part
        tries=$((tries + 1))
        [ "$tries" -ge 6 ] || continue
        ;;
    esac
  fi

  if [ "$(size "$part")" -gt "$before" ]; then tries=0; else tries=$((tries + 1)); fi
  [ "$tries" -lt 6 ] || fail "$why, $tries times; remedy: see whether $MODEL_URL can be reached from the cluster"
  pause=$((1 << tries))
  [ "$pause" -lt "$(left)" ] || break
  echo "model $MODEL_FILE: $why; next try in $pause s"
  sleep "$pause" &
  wait $!
done
fail "not fetched within $DEADLINE_SECONDS s: ${why:-no time left}; remedy: give it more time"
