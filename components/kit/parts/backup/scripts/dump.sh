#!/bin/sh
# Dumps one store, and counts what it has before and after: who writes meanwhile makes the dump lie between the two.
#
#   STORE        its name
#   DUMP, COUNT  its own scripts: the first fills the folder in FILES, the second writes a count to its standard output
. "$(dirname "$0")/lib.sh"

folder=$WORK/data/$STORE
export FILES="$folder/files"
mkdir -p "$FILES"

counted() {
  run "count $STORE" $COUNT || fail "count $STORE: $(said)"
  cp "$out" "$1"
}

counted "$folder/before"
run "dump $STORE" $DUMP || fail "dump $STORE: $(said)"
cat "$out"
counted "$folder/after"
