#!/bin/sh
# Ends a restore that would overwrite something, unless OVERWRITE is 1. All stores are looked at before any is changed.
. "$(dirname "$0")/lib.sh"
if [ "$ACTION" = list ]; then exit 0; fi

mkdir -p "$WORK/lost"
for store in $STORES; do
  # What the backup has too, and is not empty.
  awk '{ name = $0; sub(/^[0-9]+ /, "", name) } NR == FNR { saved[name] = 1; next } $1 > 0 && name in saved' \
    "$WORK/data/$store/after" "$WORK/there/$store" >"$WORK/lost/$store"
done
if [ "$OVERWRITE" != 1 ] && cat "$WORK"/lost/* | grep -q .; then
  fail 'this would be overwritten, and OVERWRITE is not 1' "\"overwrites\":$(json_stores "$WORK/lost")"
fi
