#!/bin/sh
# Counts the keys of every database, but for those that end by themselves.
#
#   MOVING_DATABASES  databases whose keys come and go all the time: whether they have any is counted, and not how many
. "$(dirname "$0")/redis.sh"

cli INFO keyspace </dev/null | tr -d '\r' |
  sed -n 's/^db\([0-9]*\):keys=\([0-9]*\),expires=\([0-9]*\).*/\1 \2 \3/p' |
  while read -r database keys ending; do
    kept=$((keys - ending))
    case " ${MOVING_DATABASES:-} " in
    *" $database "*) echo "$((kept > 0)) of database $database: whether it has keys" ;;
    *) echo "$kept keys of database $database" ;;
    esac
  done
