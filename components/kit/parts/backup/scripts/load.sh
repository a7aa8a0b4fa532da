#!/bin/sh
# Loads the files of a backup into one store, and counts what is there then.
#
#   STORE        its name
#   LOAD, COUNT  its own scripts: the first reads the folder in FILES, the second writes a count to its standard output; where
#                a store may have more than was loaded, it counts what the folder in LOADED has
. "$(dirname "$0")/lib.sh"
if [ "$ACTION" = list ]; then exit 0; fi

export FILES="$WORK/data/$STORE/files"
mkdir -p "$WORK/loaded"
run "load $STORE" $LOAD || fail "load $STORE: $(said)"
cat "$out"
export LOADED="$FILES"
run "count $STORE" $COUNT || fail "count $STORE: $(said)"
cp "$out" "$WORK/loaded/$STORE"
