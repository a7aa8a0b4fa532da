#!/bin/sh
# Counts what is in one store before anything is restored into it. STORE and COUNT are as for dump.sh.
. "$(dirname "$0")/lib.sh"
if [ "$ACTION" = list ]; then exit 0; fi

mkdir -p "$WORK/there"
run "count $STORE" $COUNT || fail "count $STORE: $(said)"
cp "$out" "$WORK/there/$STORE"
