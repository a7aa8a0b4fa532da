#!/bin/sh
# Writes a snapshot of all databases into FILES, as they were at one moment.
. "$(dirname "$0")/redis.sh"

cli --rdb "$FILES/dump.rdb" >"$TMPDIR/said" 2>&1 </dev/null || fail "$(tail -n 1 "$TMPDIR/said")"
[ -s "$FILES/dump.rdb" ] || fail "there is no snapshot: $(tail -n 1 "$TMPDIR/said")"
echo "$(wc -c <"$FILES/dump.rdb") bytes"
