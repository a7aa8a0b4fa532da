#!/bin/sh
# Counts the keys of every database, but for those that end by themselves.
. "$(dirname "$0")/redis.sh"

cli INFO keyspace </dev/null | tr -d '\r' |
  sed -n 's/^db\([0-9]*\):keys=\([0-9]*\),expires=\([0-9]*\).*/\1 \2 \3/p' |
  while read -r database keys ending; do echo "$((keys - ending)) keys of database $database"; done
